// Loaded before a backend: its wall clock can be stepped by a message. What counts time with `performance.now` is not.
const RealDate = Date;
let offset = 0;

globalThis.Date = class extends RealDate {
  /** @param {ConstructorParameters<typeof Date>} given */
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offset;
  }
};

process.on("message", (/** @type {{ clockOffsetMs?: number }} */ { clockOffsetMs }) => {
  if (clockOffsetMs !== undefined) offset = clockOffsetMs;
});
