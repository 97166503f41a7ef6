// flexstock itself, as a gateway embeds it.
#pragma once

#include <memory>
#include <string>

#include "bench/peers/peer.h"
#include "bench/peers/way.h"

namespace flexstock::bench::peers {

// journal_dir: where a journal may be made, as the way's durability asks; what is there is removed first and in the
// end. kSoon: nobody waits for the disk. kDurable: a client waits for it after every order, or after every batch.
[[nodiscard]] std::unique_ptr<Peer> Flexstock(const Sale& sale, const Way& way, const std::string& journal_dir);

}  // namespace flexstock::bench::peers
