#include "tools/loadgen/scenario/recorded_files.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

#include "tools/loadgen/shown.h"

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 30;

// The unpacked text, or what is wrong.
std::string Unpack(std::string_view packed, std::string* text) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  for (std::size_t hint = 1; hint != 0 || in.pos < in.size;) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const std::size_t before = in.pos;
    hint = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(hint) != 0) return fmt::format("not zstd: {}; pack it again", ZSTD_getErrorName(hint));
    text->append(piece, 0, out.pos);
    if (text->size() > kBytesMax) return "more than 1 GiB unpacked; cut it down";
    if (hint != 0 && in.pos == before && out.pos == 0) return "the packed file ends too early; copy it again";
  }
  return {};
}

}  // namespace

FileRead ReadPacked(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {{}, fmt::format("{}: cannot be opened: {}", file, std::strerror(errno))};
  FileRead read;
  std::string piece(std::size_t{1} << 16, '\0');
  do {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    read.text.append(piece, 0, static_cast<std::size_t>(in.gcount()));
  } while (in && read.text.size() <= kBytesMax);
  if (in.bad() || !in.eof()) {
    return {{}, fmt::format("{}: cannot be read; is it a plain file of at most 1 GiB, on a sound disk?", file)};
  }
  if (!file.ends_with(".zst")) return read;
  std::string text;
  const std::string problem = Unpack(read.text, &text);
  if (!problem.empty()) return {{}, fmt::format("{}: {}", file, problem)};
  return {std::move(text), {}};
}

SeriesRead ReadSeries(const std::string& file) {
  auto [text, problem] = ReadPacked(file);
  if (!problem.empty()) return {{}, problem};
  SeriesRead read;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const char* const line_end = std::find(at, end, '\n');
    const std::size_t number = read.counts.size() + 1;
    std::uint32_t count = 0;
    const auto [stop, error] = std::from_chars(at, line_end, count);
    if (error != std::errc() || stop != line_end) {
      return {{},
              fmt::format("{}:{}: {} is no count; write a whole number from 0 to 4294967295, digits only", file, number,
                          Shown({at, line_end}))};
    }
    if (line_end == end) {
      return {{},
              fmt::format("{}:{}: the line does not end, so the file may be cut short; copy it again, or end the last "
                          "line with a newline",
                          file, number)};
    }
    read.counts.push_back(count);
    at = line_end + 1;
  }
  if (std::ranges::all_of(read.counts, [](std::uint32_t count) { return count == 0; })) {
    return {{}, fmt::format("{}:1: nothing was counted; give a series with at least one count above 0", file)};
  }
  return read;
}

TraceRead ReadPackedTrace(const std::string& file) {
  auto [text, problem] = ReadPacked(file);
  if (!problem.empty()) return {{}, problem};
  std::istringstream in(std::move(text));
  return ReadTrace(in, file);
}

}  // namespace flexstock::loadgen
