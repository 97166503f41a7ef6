#include "tools/replay/name_arena.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace flexstock::replay {

KeyRef NameArena::Allocate(std::string_view name) {
  const std::size_t words = RecordWords(name.size());
  KeyRef ref = free_[words];
  if (ref != kNoKey) {
    free_[words] = static_cast<KeyRef>(*At(ref));
  } else {
    if (used_ + words > kBlockWords) {
      if (blocks_.size() * kBlockWords > std::numeric_limits<std::uint32_t>::max() - kBlockWords) {
        std::fputs("flexstock-replay: more order names than can be remembered (32 GiB)\n", stderr);
        std::abort();
      }
      blocks_.push_back(std::make_unique<std::uint64_t[]>(kBlockWords));
      used_ = blocks_.size() == 1 ? 1 : 0;  // word 0 of all is kNoKey
    }
    ref = static_cast<KeyRef>((blocks_.size() - 1) * kBlockWords + used_);
    used_ += words;
  }
  std::uint64_t* const at = At(ref);
  at[0] = static_cast<std::uint64_t>(kNoOrder);
  at[1] = 0;
  char* const bytes = reinterpret_cast<char*>(at + kHeaderWords);
  *bytes = static_cast<char>(name.size());
  std::memcpy(bytes + 1, name.data(), name.size());
  return ref;
}

void NameArena::Free(KeyRef ref) {
  const std::size_t words = RecordWords(name(ref).size());
  At(ref)[0] = static_cast<std::uint64_t>(free_[words]);
  At(ref)[1] = kFree;
  free_[words] = ref;
}

}  // namespace flexstock::replay
