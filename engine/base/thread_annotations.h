// Clang's thread-safety attributes: the compiler proves that what a lock guards is only touched with the lock held.
#pragma once

#if defined(__clang__)
#define FLEXSTOCK_ATTRIBUTE(x) __attribute__((x))
#else
#define FLEXSTOCK_ATTRIBUTE(x)
#endif

#define FLEXSTOCK_CAPABILITY(name) FLEXSTOCK_ATTRIBUTE(capability(name))
#define FLEXSTOCK_SCOPED_CAPABILITY FLEXSTOCK_ATTRIBUTE(scoped_lockable)
#define FLEXSTOCK_GUARDED_BY(lock) FLEXSTOCK_ATTRIBUTE(guarded_by(lock))
#define FLEXSTOCK_REQUIRES(...) FLEXSTOCK_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define FLEXSTOCK_ACQUIRE(...) FLEXSTOCK_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define FLEXSTOCK_RELEASE(...) FLEXSTOCK_ATTRIBUTE(release_capability(__VA_ARGS__))
#define FLEXSTOCK_TRY_ACQUIRE(...) FLEXSTOCK_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define FLEXSTOCK_ASSERT_HELD(...) FLEXSTOCK_ATTRIBUTE(assert_capability(__VA_ARGS__))
#define FLEXSTOCK_EXCLUDES(...) FLEXSTOCK_ATTRIBUTE(locks_excluded(__VA_ARGS__))
// Locks whose number is known only at run time (a cart's): the compiler cannot follow, the reason stands beside it.
#define FLEXSTOCK_UNCHECKED_LOCKS FLEXSTOCK_ATTRIBUTE(no_thread_safety_analysis)
