// @ts-check
import { createStream } from "../../../static/net/stream.js";
import { equal, test } from "../check.js";

/** A socket that the test speaks through. */
class Line {
  /** @type {Line[]} */
  static opened = [];
  readyState = 1;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;
  /** @param {URL} url @param {string[]} protocols */
  constructor(url, protocols) {
    this.url = String(url);
    this.protocols = protocols;
    Line.opened.push(this);
  }
  /** @param {unknown} frame */
  says(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  close() {}
}

const until = async (/** @type {() => boolean} */ check) => {
  const deadline = Date.now() + 5000;
  while (!check()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** @param {object} [more] */
function bench(more = {}) {
  Line.opened = [];
  /** @type {any[]} */
  const frames = [];
  /** @type {any} */
  const kept = { position: null, signIns: 0, polls: 0 };
  const stream = createStream({
    path: "/events/7/occupancy",
    ticket: () => Promise.resolve("t1"),
    position: () => kept.position,
    onFrame: (frame) => frames.push(frame),
    poll: () => Promise.resolve(void kept.polls++),
    onSignIn: () => kept.signIns++,
    origin: "http://house.test",
    Socket: /** @type {any} */ (Line),
    isOnline: () => true,
    random: () => 0,
    ...more,
  });
  return { stream, frames, kept };
}

test("a stream says who it is, and is live once the server speaks", async () => {
  const { stream, frames } = bench();
  stream.start();
  await until(() => Line.opened.length === 1);
  equal([Line.opened[0].url, Line.opened[0].protocols], ["ws://house.test/events/7/occupancy", [
    "houseful.v1",
    "ticket.t1",
  ]]);
  Line.opened[0].says({ type: "hello" });
  Line.opened[0].says({ type: "occupancy", full: true });
  equal([frames, stream.connection.peek()], [[{ type: "occupancy", full: true }], "live"]);
  stream.stop();
});

test("a stream that was cut comes back and says where it was", async () => {
  const { stream, kept } = bench();
  stream.start();
  await until(() => Line.opened.length === 1);
  Line.opened[0].says({ type: "hello" });
  kept.position = { epoch: "e1", seq: 9 };
  Line.opened[0].onclose({ code: 4000 });
  equal(stream.connection.peek(), "reconnecting");
  await until(() => Line.opened.length === 2);
  equal(Line.opened[1].url, "ws://house.test/events/7/occupancy?epoch=e1&since=9");
  stream.stop();
});

test("a stream that is refused for good stays away; a token that ran out is told of", async () => {
  const refused = bench();
  refused.stream.start();
  await until(() => Line.opened.length === 1);
  Line.opened[0].onclose({ code: 4503 });
  equal(refused.stream.connection.peek(), "gone");

  const expired = bench();
  expired.stream.start();
  await until(() => Line.opened.length === 1);
  Line.opened[0].onclose({ code: 4501 });
  equal(expired.kept.signIns, 1);
  expired.stream.stop();
});

test("where no socket gets through the whole is asked for again and again", async () => {
  class Shut extends Line {
    /** @param {URL} url @param {string[]} protocols */
    constructor(url, protocols) {
      super(url, protocols);
      queueMicrotask(() => this.onclose?.({ code: 1006 }));
    }
  }
  const { stream, kept } = bench({ Socket: Shut });
  stream.start();
  await until(() => kept.polls > 0);
  equal([stream.connection.peek(), Line.opened.length >= 3], ["polling", true]);
  stream.stop();
});
