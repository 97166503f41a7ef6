#include "tools/loadgen/hdr_encoding.h"

#include <absl/strings/escaping.h>
#include <zlib.h>

#include <bit>
#include <new>

namespace flexstock::loadgen {
namespace {

constexpr std::uint32_t kCookie = 0x1c849313;
constexpr std::uint32_t kCompressedCookie = 0x1c849314;
constexpr std::uint32_t kDigits = 3;
static_assert(std::bit_ceil(2u * 1000) == 2u << Histogram::kStepBits,
              "HdrHistogram cuts values of three digits as this histogram does");

template <class Number>
void AppendBigEndian(Number number, std::string* bytes) {
  for (int shift = 8 * sizeof(Number) - 8; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(number >> shift & 0xff));
  }
}

void AppendCounter(std::int64_t counter, std::string* bytes) {
  std::uint64_t zigzag = static_cast<std::uint64_t>(counter) << 1 ^ static_cast<std::uint64_t>(counter >> 63);
  for (int i = 0; i < 8 && zigzag > 0x7f; ++i, zigzag >>= 7) bytes->push_back(static_cast<char>(zigzag | 0x80));
  bytes->push_back(static_cast<char>(zigzag));
}

std::string Counters(const Histogram& histogram) {
  std::string bytes;
  std::size_t next = 0;
  histogram.ForEach([&](std::uint64_t highest, std::uint64_t count) {
    const std::size_t index = Histogram::Index(highest);
    if (index != next) AppendCounter(-static_cast<std::int64_t>(index - next), &bytes);
    AppendCounter(static_cast<std::int64_t>(count), &bytes);
    next = index + 1;
  });
  if (next == 0) AppendCounter(0, &bytes);  // readers want one
  return bytes;
}

std::string Plain(const Histogram& histogram) {
  const std::string counters = Counters(histogram);
  std::string bytes;
  AppendBigEndian(kCookie, &bytes);
  AppendBigEndian(static_cast<std::uint32_t>(counters.size()), &bytes);
  AppendBigEndian(std::uint32_t{0}, &bytes);
  AppendBigEndian(kDigits, &bytes);
  AppendBigEndian(std::uint64_t{1}, &bytes);
  AppendBigEndian(Histogram::kTop, &bytes);
  AppendBigEndian(std::bit_cast<std::uint64_t>(1.0), &bytes);
  return bytes + counters;
}

std::string Compressed(const std::string& plain) {
  uLongf size = ::compressBound(plain.size());
  std::string stream(size, '\0');
  // With room for the worst case, memory is all that it can lack.
  if (::compress(reinterpret_cast<Bytef*>(stream.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
                 plain.size()) != Z_OK) {
    throw std::bad_alloc();
  }
  stream.resize(size);
  return stream;
}

}  // namespace

std::string HdrEncoded(const Histogram& histogram) {
  const std::string stream = Compressed(Plain(histogram));
  std::string bytes;
  AppendBigEndian(kCompressedCookie, &bytes);
  AppendBigEndian(static_cast<std::uint32_t>(stream.size()), &bytes);
  return absl::Base64Escape(bytes + stream);
}

}  // namespace flexstock::loadgen
