// Sample: how the engine of a sample journal is opened, by the program that makes it and by the test that opens it.
#pragma once

#include "flexstock/engine.h"

namespace flexstock::format {

inline constexpr Millis kMinute = 60'000;
inline constexpr Millis kRetention = 30 * kMinute;

// Of format 1: whoever changes it can no longer open the sample. Quiet between calls; every call is given its time.
[[nodiscard]] Options OptionsOf(const std::string& directory, Storage* storage);

}  // namespace flexstock::format
