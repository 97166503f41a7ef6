#include "engine/memory/slab.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace flexstock::memory {
namespace {

constexpr std::uintptr_t kHugePage = std::uintptr_t{2} << 20;

}  // namespace

void* Reserve(std::size_t bytes) {
  // NORESERVE: address space only; the options bound what is ever touched.
  void* begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin == MAP_FAILED) return nullptr;
  // Advice: whole huge pages inside the region, where the system has them; without, all works as well, slower.
  if (bytes >= kHugePage) ::madvise(begin, bytes, MADV_HUGEPAGE);
  return begin;
}

void Unreserve(void* begin, std::size_t bytes) { ::munmap(begin, bytes); }

void Populate(void* begin, std::size_t bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t from = reinterpret_cast<std::uintptr_t>(begin) / page * page;
  const std::uintptr_t to = reinterpret_cast<std::uintptr_t>(begin) + bytes;
  if (::madvise(reinterpret_cast<void*>(from), to - from, MADV_POPULATE_WRITE) == 0) return;
  // An older kernel: touch a byte a page. A fetch_or of nothing leaves it as it is, whoever else writes beside it.
  for (std::uintptr_t at = from; at < to; at += page) {
    __atomic_fetch_or(reinterpret_cast<unsigned char*>(
                          at < reinterpret_cast<std::uintptr_t>(begin) ? reinterpret_cast<std::uintptr_t>(begin) : at),
                      0, __ATOMIC_RELAXED);
  }
}

}  // namespace flexstock::memory
