// Resident: the memory of this process that is backed, as the kernel counts it. In bytes.
#pragma once

namespace flexstock::bench {

[[nodiscard]] double ResidentBytes();
// The most that it ever was.
[[nodiscard]] double ResidentBytesMax();

}  // namespace flexstock::bench
