// Any bytes as a log: they run or are refused, the same with 1 shard as with 7, and no unit is lost.
//
// A first byte below 0x20 that is no newline chooses the engine's options, so that the fuzzer reaches forgetting and
// expiry with small numbers; a log never begins so.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/expect.h"
#include "tests/replay/replayed.h"

namespace flexstock::replay {
namespace {

using fuzz::Expect;

ReplayOptions OptionsFrom(unsigned char byte) {
  ReplayOptions options;
  if ((byte & 1) != 0) options.retention_ms = 0;
  if ((byte & 2) != 0) options.retention_ms = 10;
  if ((byte & 4) != 0) options.policy.checkout_hold_ms = 5;
  if ((byte & 8) != 0) options.policy.fill_on_restock = FillOnRestock::kFifo;
  if ((byte & 16) != 0) options.policy.late_payment = LatePayment::kRereserve;
  return options;
}

void RunBoth(std::string_view log) {
  ReplayOptions options;
  if (!log.empty() && static_cast<unsigned char>(log.front()) < 0x20 && log.front() != '\n') {
    options = OptionsFrom(static_cast<unsigned char>(log.front()));
    log.remove_prefix(1);
  }
  // More than an input can use (a line has 60 bytes or more, and inputs are small), and few enough to open quickly.
  options.products_max = options.orders_max = std::uint64_t{1} << 14;
  options.shards = 1;
  const Replayed one = Replay(log, options);
  options.shards = 7;
  const Replayed seven = Replay(log, options);
  Expect(one.end.how == seven.end.how && one.end.problem == seven.end.problem, "the ends differ");
  Expect(one.results == seven.results, "the results differ");
  Expect(one.events == seven.events, "the events differ");
  Expect(one.state == seven.state, "the states differ");
  Expect(one.audit.ok() && seven.audit.ok(), "units do not add up");
}

}  // namespace
}  // namespace flexstock::replay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flexstock::replay::RunBoth({reinterpret_cast<const char*>(data), size});
  return 0;
}
