// Deliberate bugs, one at a time, for the simulator to find: a test that cannot find them proves nothing.
//
// In every build but the simulator's own second one (tests/sim, FLEXSTOCK_SEEDED_BUGS) Seeded() is false at compile
// time and nothing of this is left.
#pragma once

#include <cstdint>

namespace flexstock::base {

enum class Bug : std::uint8_t {
  kNone,
  kSkipSync,                // a block is written, not synced
  kAcknowledgeBeforeDrain,  // an epoch counts as durable before its changes are taken and written
  kCloseEpochBeforeData,    // an epoch's block is closed before all shards have given what belongs to it
  kIgnoreChecksum,          // a block is taken whatever its hashes say
  kForgetChain,             // a block is taken though it does not follow the one before it
  kRetryFailedSync,         // a sync that failed is tried again, and believed
  kDropProductImage,        // a product's image is not written
  kLoseKey,                 // an order comes back without its key
  kLoseDeadline,            // an order comes back without its deadline
  kLoseEventPosition,       // what a consumer has confirmed does not come back
  kReplayIncompleteEpoch,   // of a torn block, what can be read is put back
  kRemoveSegmentTooEarly,   // a segment is removed that the newest snapshot still needs
  kLosePosition,            // the position that a command carried is not written with it
  kReuseOrderId,            // a free slot comes back without the generations that it had
  kForgetDirectorySync,     // a file's name is not synced
  kTrustReadBack,           // the last block is not written again when it was read back
  kIgnoreChunkNumber,       // a snapshot's chunk counts as newer than every change that the snapshot may have
  kOverlookChange,          // whoever waits for the disk is answered as if nothing had changed
  kClearDirtyBit,           // a shard counts as clean though changes of the epoch that has begun wait in it
  kTakeLaterEpoch,          // what belongs to the epoch that has begun is written with the one that ends
  kTellBeforeDurable,       // events are told before they are on the disk
  kSnapshotWithoutSync,     // a snapshot gets its name before its bytes are on the disk
  kSnapshotNameNotSynced,   // what a snapshot makes superfluous is removed before the disk knows its name
  kCutAtDamage,             // damage counts as the journal's end, whatever whole blocks there are behind it
  kLeakSlots,               // of the free slots every second one does not come back
  kForgetTime,              // a shard comes back with the time at which time begins
  kBeginReadAfterCopy,      // of epochs that ended while a snapshot's chunks were copied nothing is put back
  kTakeAnySpare,            // a segment that is used again may be of another size
  kLeaveHole,               // segments below a gap count as if there were none
  kKeepPosition,            // a command that is answered overloaded leaves the position that it carried
  kForgetUntold,            // changes for which there is no room in the queues are told to nobody
  kHoldBack,                // of an overloaded engine, what a snapshot or the end needs written is not
  kTellUnconfirmed,         // what was told and not confirmed takes no room
};

#ifdef FLEXSTOCK_SEEDED_BUGS
inline constexpr bool kSeedable = true;  // and recovery looks through all that it has made
inline Bug seeded_bug = Bug::kNone;
inline bool Seeded(Bug bug) { return seeded_bug == bug; }
#else
inline constexpr bool kSeedable = false;
constexpr bool Seeded(Bug) { return false; }
#endif

}  // namespace flexstock::base
