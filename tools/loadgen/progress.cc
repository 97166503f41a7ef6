#include "tools/loadgen/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/loadgen/figures.h"

namespace flexstock::loadgen {
namespace {

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

Progress::Progress(std::FILE* out, bool wanted)
    : out_(out),
      terminal_(::isatty(::fileno(out)) != 0),
      period_(terminal_ ? 0.2
              : wanted  ? 2.0
                        : 0.0),
      next_(period_) {}

Progress::~Progress() {
  if (terminal_) std::fputs(kClearLine, out_);
  std::fflush(out_);
}

void Progress::Show(double seconds, const Totals& totals, const Outlook& outlook) {
  const std::uint64_t orders = totals.all_orders();
  const std::uint64_t taken = totals.of(Outcome::kConfirmed) + totals.of(Outcome::kAwaitingPayment);
  const std::uint64_t asked = totals.of(Outcome::kAwaitingAcceptance);
  const double rate = static_cast<double>(orders - last_orders_) / (seconds - last_seconds_);
  std::string more;
  if (outlook.p99_ns != 0) more += fmt::format("  p99 {}", Duration(outlook.p99_ns));
  if (outlook.stock) more += fmt::format("  stock {}", Grouped(*outlook.stock));
  if (outlook.pending) more += fmt::format("  pending {}", Grouped(*outlook.pending));
  const std::string line =
      fmt::format("{}{:.1f} s  {} orders  {}/s  taken {}  asked {}  refused {}{}{}", terminal_ ? kClearLine : "",
                  seconds, Grouped(orders), Grouped(static_cast<std::int64_t>(rate)), Grouped(taken), Grouped(asked),
                  Grouped(orders - taken - asked - totals.of(Outcome::kDuplicate)), more, terminal_ ? "" : "\n");
  std::fputs(line.c_str(), out_);  // a run goes on though nobody sees how far it is
  std::fflush(out_);
  last_seconds_ = seconds;
  last_orders_ = orders;
  next_ = seconds + period_;
}

}  // namespace flexstock::loadgen
