// The charts over time, as one: they show the same stretch of the run, and their cursors stand at the same instant.

export class TimeGroup {
  #charts = [];
  #moving = false;

  constructor(phases) {
    this.phases = phases;
    this.begin_s = Infinity;
    this.end_s = -Infinity;
  }

  // Whatever is shown lies within.
  cover(begin_s, end_s) {
    this.begin_s = Math.min(this.begin_s, begin_s);
    this.end_s = Math.max(this.end_s, end_s);
  }

  get span_s() {
    return this.end_s - this.begin_s;
  }

  add(plot) {
    this.#charts.push(plot);
  }

  remove(plot) {
    this.#charts = this.#charts.filter((other) => other !== plot);
  }

  showAll() {
    this.show(this.begin_s, this.end_s);
  }

  show(begin_s, end_s) {
    const min = Math.max(this.begin_s, begin_s);
    const max = Math.min(this.end_s, end_s);
    if (!(max > min)) return;
    for (const plot of this.#charts) plot.setScale("x", { min, max });
  }

  // The cursor of `source` has moved: the others follow.
  follow(source) {
    if (this.#moving) return;
    this.#moving = true;
    const { left } = source.cursor;
    const at_s = left < 0 ? null : source.posToVal(left, "x");
    for (const plot of this.#charts) {
      if (plot !== source)
        plot.setCursor(at_s === null ? { left: -10, top: -10 } : { left: plot.valToPos(at_s, "x"), top: 0 });
    }
    this.#moving = false;
  }

  phaseAt(seconds) {
    return this.phases.find(({ begin_s, end_s }) => begin_s <= seconds && seconds < end_s)?.name;
  }
}
