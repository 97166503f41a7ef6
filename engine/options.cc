#include "flexstock/options.h"

#include <algorithm>

namespace flexstock {
namespace {

std::string OutOfRange(const char* field, std::uint64_t least, std::uint64_t most) {
  return std::string("Options::") + field + " must be " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

std::string Problem(const Options& options) {
  struct Range {
    const char* field;
    std::uint64_t value, least, most;
  };
  constexpr std::uint64_t kSlotsMax = std::uint64_t{1} << 30;
  const Range ranges[] = {
      {"shards", options.shards, 1, 1024},
      {"products_max", options.products_max, 1, kSlotsMax},
      {"orders_max", options.orders_max, 1, kSlotsMax},
      {"products_reserve", options.products_reserve, 0, options.products_max},
      {"orders_reserve", options.orders_reserve, 0, options.orders_max},
      {"keys_reserve", options.keys_reserve, 0, options.orders_max},
      {"events_max", options.events_max, 1024, kSlotsMax},
      {"changes_max", options.changes_max, 16, 1u << 20},
      {"contention_sample", options.contention_sample, 0, 65'535},
  };
  for (const Range& range : ranges) {
    if (range.value < range.least || range.value > range.most) return OutOfRange(range.field, range.least, range.most);
  }
  constexpr std::uint64_t kSegmentMin = 64 << 10, kSegmentMax = 1 << 30;
  if (options.journal_segment_bytes < kSegmentMin || options.journal_segment_bytes > kSegmentMax ||
      options.journal_segment_bytes % 4096 != 0) {
    return OutOfRange("journal_segment_bytes", kSegmentMin, kSegmentMax) + ", a multiple of 4096";
  }
  if (options.retention_ms < 0) return "Options::retention_ms must be 0 or more";
  if (options.background_interval_ms < 1 || options.background_interval_ms > 60'000) {
    return OutOfRange("background_interval_ms", 1, 60'000);
  }
  if (!IsValid(options.policy)) return "Options::policy: windows must be 1 ms or more, hold and limits 0 or more";
  for (const Audience audience : options.audiences) {
    if (static_cast<std::size_t>(audience) >= kAudiences) return "Options::audiences names an audience that is none";
    if (std::count(options.audiences.begin(), options.audiences.end(), audience) != 1) {
      return "Options::audiences names " + std::string(Name(audience)) + " twice";
    }
  }
  return {};
}

}  // namespace flexstock
