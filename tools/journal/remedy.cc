#include "tools/journal/remedy.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace flexstock::journal_tool {
namespace {

// Nothing is to be restored where a problem ends like this.
constexpr std::array<std::string_view, 6> kSaidThere = {"use a newer one", "out of this directory",
                                                        "must stay",       "must be no smaller than when",
                                                        "no journal here", "one at a time"};

}  // namespace

// Nobody is told to write over what is there: it may be all that there is, and what is wrong with it may be a mistake.
std::string RemedyFor(const std::string& problem) {
  const auto says = [&](std::string_view words) { return problem.find(words) != std::string::npos; };
  if (problem.empty() || problem.starts_with("cannot ") || std::ranges::any_of(kSaidThere, says)) return {};
  std::string remedy = "no engine opens it like this: ";
  if (says("it is missing") || says(" are missing")) remedy += "put back what is missing. If it is gone: ";
  return remedy +
         "move this directory away, and put all of a backup in its place. What can be read of it is what "
         "flexstock-journal dump shows";
}

}  // namespace flexstock::journal_tool
