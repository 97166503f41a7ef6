// The page without its run: what stands before it and what behind. The build makes their source of page.html, css/,
// js/ and uPlot: embed.cmake.
#pragma once

#include <string_view>

namespace flexstock::loadgen {

extern const std::string_view kPageBeforeRun;
extern const std::string_view kPageBehindRun;

}  // namespace flexstock::loadgen
