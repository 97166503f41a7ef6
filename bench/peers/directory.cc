#include "bench/peers/directory.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "bench/peers/peer.h"

namespace flexstock::bench::peers {
namespace {

// A socket's whole path may have 107 bytes; what is within the directory needs some of them.
constexpr std::size_t kPathMax = 70;

}  // namespace

Directory::Directory(const std::string& where) {
  std::error_code error;
  const auto base = where.empty() ? std::filesystem::temp_directory_path() : std::filesystem::absolute(where, error);
  path_ = (base / "flexstock-peers-XXXXXX").string();
  if (path_.size() > kPathMax) {
    throw Failure(fmt::format("{}: too long for the sockets within: give --directory a path of at most {} bytes", path_,
                              kPathMax - std::strlen("/flexstock-peers-XXXXXX")));
  }
  if (::mkdtemp(path_.data()) == nullptr) {
    throw Failure(fmt::format("{}: no directory can be made there: {}; give another with --directory", base.string(),
                              std::strerror(errno)));
  }
  // A server may run as somebody else, who has to get through to his own directory in it.
  ::chmod(path_.c_str(), 0711);
}

Directory::~Directory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) fmt::print(stderr, "peers: {} is left behind: {}\n", path_, error.message());
}

bool Directory::InMemory() const {
  struct statfs system {};
  if (::statfs(path_.c_str(), &system) != 0) return false;
  return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC;
}

}  // namespace flexstock::bench::peers
