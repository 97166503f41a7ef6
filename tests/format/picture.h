// Picture: everything that an engine answers about a sample, as lines of text: products, remembered orders, streams.
//
// Orders are not looked for by known ids: every id that a sample's small engine can have is asked for, so an order that
// should not be there shows, too.
//
// Threads  One.
#pragma once

#include <string>

#include "flexstock/engine.h"

namespace flexstock::format {

inline constexpr std::int64_t kProductsAsked = 16;  // ids 1 ..
inline constexpr std::uint32_t kGenerationsAsked = 4;

// `options`: those that the engine was opened with. Asking at `at_ms` makes happen what is due by then.
[[nodiscard]] std::string Picture(Engine& engine, const Options& options, Millis at_ms);

[[nodiscard]] std::string ToText(const Event& event);

}  // namespace flexstock::format
