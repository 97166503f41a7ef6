#include "bench/disk.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

#include "bench/die.h"
#include "engine/journal/segments.h"

namespace flexstock::bench {

Disk::Disk(std::string path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
  if (const int error = SystemStorage().Open(path_, OpenMode::kCreate, &file_); error != 0) Die("make", error);
  for (std::uint64_t at = 0; at < bytes_; at += kPiece) Write(std::min(kPiece, bytes_ - at));
  if (const int error = file_->Sync(); error != 0) Die("sync", error);
}

std::uint64_t Disk::Overwrite(std::uint64_t bytes) {
  const auto from = std::chrono::steady_clock::now();
  Write(bytes);
  if (const int error = file_->Sync(); error != 0) Die("sync", error);
  const auto took = std::chrono::steady_clock::now() - from;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
}

void Disk::Write(std::uint64_t bytes) {
  if (offset_ + bytes > bytes_) offset_ = 0;
  block_.resize(bytes);
  const IoResult written = file_->WriteAt(offset_, block_);
  if (written.count != bytes) Die("write", written.error == 0 ? ENOSPC : written.error);
  offset_ += bytes;
}

void Disk::Die(const char* what, int error) const { bench::Die(journal::IoProblem(what, path_, error)); }

FileSystem FileSystemOf(const std::string& directory) {
  struct statfs found {};
  if (::statfs(directory.c_str(), &found) != 0) bench::Die(journal::IoProblem("look at", directory, errno));
  FileSystem system;
  system.free_bytes = static_cast<double>(found.f_bavail) * static_cast<double>(found.f_bsize);
  system.in_memory = found.f_type == TMPFS_MAGIC || found.f_type == RAMFS_MAGIC;
  switch (found.f_type) {
    case EXT4_SUPER_MAGIC:
      system.kind = "ext4";
      break;
    case XFS_SUPER_MAGIC:
      system.kind = "xfs";
      break;
    case BTRFS_SUPER_MAGIC:
      system.kind = "btrfs";
      break;
    case OVERLAYFS_SUPER_MAGIC:
      system.kind = "overlayfs";
      break;
    default:
      char number[32];
      std::snprintf(number, sizeof number, "a file system of type 0x%lx", static_cast<unsigned long>(found.f_type));
      system.kind = system.in_memory ? "tmpfs" : number;
  }
  return system;
}

}  // namespace flexstock::bench
