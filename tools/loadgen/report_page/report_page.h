// ReportPage: a run as one page to open in a browser, keep and send.
//
// The page holds everything that it needs: it fetches nothing, today or in ten years. Its sources lie beside this file
// (page.html, css/, js/); the build binds them, with uPlot, into the program.
//
// js/run.js says what the JSON holds ("flexstock-run/1") and checks it: a page whose data is something else says so
// and draws nothing. A part that is missing or null is a section that is not there.
#pragma once

#include <string>
#include <string_view>

namespace flexstock::loadgen {

// `json` is put into the page as it is, but for `<`, which becomes \u003c: it can stand in strings only, means the same
// there, and so no string of the run ends the script that it lies in.
[[nodiscard]] std::string ReportPage(std::string_view json);

}  // namespace flexstock::loadgen
