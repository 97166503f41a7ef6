#include "bench/peers/postgres_server.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "bench/peers/peer.h"

namespace flexstock::bench::peers {
namespace {

namespace fs = std::filesystem;

// Part of the socket's file name, and no more: nobody listens on a port.
constexpr const char* kPort = "54321";

// Where Debian keeps the programs of each version: those of the newest.
std::string Programs() {
  const fs::path root = "/usr/lib/postgresql";
  int newest = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
    const std::string name = entry.path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (fs::exists(entry.path() / "bin" / "postgres")) newest = std::max(newest, version);
  }
  if (newest == 0) {
    throw Failure(
        fmt::format("there is no {}/VERSION/bin/postgres: install the package postgresql, or leave PostgreSQL "
                    "out with --only",
                    root.string()));
  }
  return (root / std::to_string(newest) / "bin").string();
}

Command As(Command command) {
  if (::geteuid() != 0) return command;
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = ::getpwnam(name); user != nullptr) {
      command.user = user->pw_uid;
      command.group = user->pw_gid;
      return command;
    }
  }
  throw Failure("PostgreSQL does not run as root, and there is no user postgres or nobody: run peers as somebody else");
}

Command MakeCluster(const std::string& own) {
  Command command = As({.words = {Programs() + "/initdb", "-D", own + "/data", "-U", "flexstock", "-A", "trust", "-E",
                                  "UTF8", "--locale=C", "--no-sync", "--no-instructions"},
                        .directory = own,
                        .log = own + ".log"});
  fs::create_directory(own);
  if (::geteuid() == 0 && ::chown(own.c_str(), command.user, command.group) != 0) {
    throw Failure(fmt::format("{}: {}", own, std::strerror(errno)));
  }
  return command;
}

Command ServerCommand(const std::string& own) {
  Process(MakeCluster(own)).WaitForEnd();
  // Its defaults, but for memory enough for everything, checkpoints that a run does not see, and statements compiled
  // to nothing but plans.
  return As({.words = {Programs() + "/postgres", "-D", own + "/data", "-k", own, "-p", kPort, "-c",
                       "listen_addresses=", "-c", "shared_buffers=512MB", "-c", "max_wal_size=8GB", "-c", "jit=off"},
             .directory = own,
             .log = own + ".log",
             .stop_signal = SIGQUIT});  // at once: what it holds is of no use to anybody
}

PostgresConnection TryPostgres(const std::string& directory) {
  const char* const names[] = {"host", "port", "user", "dbname", nullptr};
  const char* const values[] = {directory.c_str(), kPort, "flexstock", "postgres", nullptr};
  return PostgresConnection(::PQconnectdbParams(names, values, 0));
}

}  // namespace

PostgresServer::PostgresServer(const Directory& directory)
    : socket_directory_(directory.Path("postgres")), process_(ServerCommand(socket_directory_)) {
  process_.WaitUntil([this] { return ::PQstatus(TryPostgres(socket_directory_).get()) == CONNECTION_OK; });
}

PostgresConnection PostgresServer::Connect() const {
  PostgresConnection connection = TryPostgres(socket_directory_);
  if (::PQstatus(connection.get()) != CONNECTION_OK) {
    throw Failure(std::string("PostgreSQL: ") + ::PQerrorMessage(connection.get()));
  }
  return connection;
}

}  // namespace flexstock::bench::peers
