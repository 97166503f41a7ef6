// FLEXSTOCK_CHECK: always on, for our own bugs only. What a caller hands in is answered, never checked.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace flexstock::base {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: flexstock is broken: %s does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace flexstock::base

#define FLEXSTOCK_CHECK(condition)                             \
  (__builtin_expect(static_cast<bool>(condition), 1) ? void(0) \
                                                     : ::flexstock::base::CheckFailed(__FILE__, __LINE__, #condition))

// For the expensive ones: only where NDEBUG is not defined.
#ifdef NDEBUG
#define FLEXSTOCK_DCHECK(condition) void(0)
#else
#define FLEXSTOCK_DCHECK(condition) FLEXSTOCK_CHECK(condition)
#endif
