// The page: reads the run that lies in it, and draws a section for each part that is there.
//
//   #run ─► readRun ─► sections ─► charts (linked by a TimeGroup), tables ─► #report
//
// Nothing of the run is ever read as HTML: element() makes text of it.

import { contention } from "./contention.js";
import { element } from "./element.js";
import { head } from "./head.js";
import { latencies } from "./latencies.js";
import { peers } from "./peers.js";
import { refresh } from "./plot.js";
import { products } from "./products.js";
import { readRun } from "./run.js";
import { sweep } from "./sweep.js";
import { keepTheme } from "./theme.js";
import { TimeGroup } from "./time_group.js";
import { timeline } from "./timeline.js";

const place = document.getElementById("report");

// What is drawn, by id, for whoever looks into the page: the browser's console, a test.
const charts = new Map();

function draw(run) {
  document.title = `${run.title}: flexstock`;
  place.append(head(run));
  const time = new TimeGroup(run.phases);
  const show = (sections) => {
    for (const section of sections) {
      place.append(section.element);
      // A chart measures its place, so it is drawn when it is in the page.
      section.draw?.();
      charts.set(section.id, section);
    }
  };
  show(timeline(run, time));
  show(contention(run, time));
  time.showAll();
  show(latencies(run));
  show(products(run));
  show(sweep(run));
  show(peers(run));
  keepTheme(() => charts.forEach((chart) => chart.plots?.forEach(refresh)));
}

try {
  place.replaceChildren();
  draw(readRun(document.getElementById("run").textContent));
} catch (error) {
  const remedy = "Make it again with the flexstock-loadgen that made the run.";
  const text = `This page cannot be drawn: ${error.message}. ${remedy}`;
  place.replaceChildren(element("p", { class: "problem", role: "alert" }, text));
  console.error(text);
}

window.report = { charts };
