// @ts-check
/** The body around every answer: `{statusCode, success, message, data}`, with `error` when refused. */

/** @typedef {{ status: number, message: string, data: any, headers: Headers, page: any }} Answer */

const DEFAULT_RETRY_AFTER_S = 2;

/** A request that got no answer, or not the one hoped for. `status` 0: no answer at all. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{ status: number, code: string, retryable: boolean, sameKey: boolean, data?: any,
   *   details?: any, retryAfterMs?: number | null }} facts
   */
  constructor(message, { status, code, retryable, sameKey, data, details, retryAfterMs }) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryable = retryable;
    this.sameKey = sameKey;
    this.data = data ?? null;
    this.details = details ?? {};
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

/**
 * Any failure as one that a view can show. A fault of our own, or an answer that cannot be read, leaves
 * the outcome open, as a lost answer does.
 * @param {unknown} error
 */
export const asApiError = (error) =>
  error instanceof ApiError
    ? error
    : new ApiError(String(error), { status: 0, code: "broken", retryable: true, sameKey: true });

/**
 * The envelope's content, or the error it tells of.
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
export async function unwrap(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body) {
    return {
      status: response.status,
      message: body.message,
      data: body.data,
      page: body.page,
      headers: response.headers,
    };
  }
  const { status } = response;
  const told = body?.error ?? {};
  throw new ApiError(body?.message ?? `The server answered ${status}`, {
    status,
    code: told.code ?? "internal",
    retryable: told.retryable ?? (status === 402 || status === 429 || status >= 500),
    sameKey: told.sameKey ?? (status === 402 || status === 429 || status >= 500),
    data: body?.data,
    details: told,
    retryAfterMs: retryAfter(response.headers.get("retry-after")),
  });
}

/** @param {string | null} text seconds; a date is treated as the default */
function retryAfter(text) {
  if (text === null) return null;
  const seconds = Number(text);
  return (Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_RETRY_AFTER_S) * 1000;
}
