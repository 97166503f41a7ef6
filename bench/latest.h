// Latest: what benchmarks of one setting share, because it takes seconds to build and gigabytes to keep.
#pragma once

#include <memory>

namespace flexstock::bench {

// The Thing made from this setting. Only the latest is kept, so register benchmarks of one setting one after the other.
template <typename Thing, typename Setting>
std::shared_ptr<Thing> Latest(const Setting& setting) {
  static auto& latest = *new std::shared_ptr<Thing>;
  static auto& made_from = *new Setting;
  if (latest == nullptr || made_from != setting) {
    latest.reset();  // first, so that memory is never taken for two
    latest = std::make_shared<Thing>(setting);
    made_from = setting;
  }
  return latest;
}

}  // namespace flexstock::bench
