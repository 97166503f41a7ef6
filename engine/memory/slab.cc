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

std::uintptr_t RoundUp(std::uintptr_t value, std::uintptr_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

void* Reserve(std::size_t bytes) {
  // NORESERVE: address space only; the options bound what is ever touched.
  void* begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return begin == MAP_FAILED ? nullptr : begin;
}

void Unreserve(void* begin, std::size_t bytes) { ::munmap(begin, bytes); }

void Populate(void* begin, std::size_t bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t from = first / page * page;
  const std::uintptr_t to = RoundUp(first + bytes, page);
  // Huge pages only for the whole ones inside: rounding outwards would cost up to 4 MiB a slab.
  const std::uintptr_t huge_from = RoundUp(from, kHugePage);
  const std::uintptr_t huge_to = to / kHugePage * kHugePage;
  if (huge_from < huge_to) ::madvise(reinterpret_cast<void*>(huge_from), huge_to - huge_from, MADV_HUGEPAGE);
  if (::madvise(reinterpret_cast<void*>(from), to - from, MADV_POPULATE_WRITE) == 0) return;
  // An older kernel: touch a byte a page. Writing back what is there leaves the content as it is.
  for (std::uintptr_t at = from; at < to; at += page) {
    auto* byte = reinterpret_cast<volatile unsigned char*>(at);
    *byte = *byte;
  }
}

}  // namespace flexstock::memory
