#include "tools/loadgen/report_page/report_page.h"

#include <algorithm>

#include "tools/loadgen/report_page/page_parts.h"

namespace flexstock::loadgen {

std::string ReportPage(std::string_view json) {
  std::string page(kPageBeforeRun);
  page.reserve(kPageBeforeRun.size() + json.size() + json.size() / 16 + kPageBehindRun.size());
  for (std::size_t from = 0; from < json.size();) {
    const std::size_t bracket = std::min(json.find('<', from), json.size());
    page.append(json, from, bracket - from);
    if (bracket < json.size()) page += "\\u003c";
    from = bracket + 1;
  }
  return page.append(kPageBehindRun);
}

}  // namespace flexstock::loadgen
