// @ts-check
/** How much is drawn, by how far apart two seats are on screen (CSS pixels). */

export const POINTS_FROM = 2.3, SHAPES_FROM = 7, NUMBERS_FROM = 19;
export const LOD_SECTIONS = 0, LOD_POINTS = 1, LOD_SHAPES = 2, LOD_NUMBERS = 3;

/** @param {number} pitch CSS pixels */
export const levelOf = (pitch) =>
  pitch < POINTS_FROM
    ? LOD_SECTIONS
    : pitch < SHAPES_FROM
    ? LOD_POINTS
    : pitch < NUMBERS_FROM
    ? LOD_SHAPES
    : LOD_NUMBERS;
