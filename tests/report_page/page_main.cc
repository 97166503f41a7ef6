// report_page: makes the page of the run on its standard input, and writes it to its standard output.
#include <iostream>
#include <iterator>
#include <string>

#include "tools/loadgen/report_page/report_page.h"

int main() {
  const std::string json{std::istreambuf_iterator<char>(std::cin), {}};
  std::cout << flexstock::loadgen::ReportPage(json) << std::flush;
  return std::cout ? 0 : 1;
}
