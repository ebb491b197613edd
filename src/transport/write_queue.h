#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

#include "ropewalk/file_descriptor.h"
#include "ropewalk/shared_bytes.h"
#include "transport/arena.h"

namespace ropewalk::detail {

// The unsent output of one connection, in order: pieces in the turn's arena, owned strings, bytes
// shared with other connections, and stretches of files. Owns no memory when empty.
//
// Pieces in the arena become invalid at the end of the turn, so keep() must be called after a flush
// that leaves some. Pieces kept beyond a turn are charged to the memory budget, by capacity.
class WriteQueue {
 public:
  struct FileStretch {
    int file = -1;
    std::uint64_t offset = 0;
    std::size_t count = 0;
    std::uint64_t sent = 0;  // of the file so far
  };

  WriteQueue() = default;
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;
  ~WriteQueue() { clear(); }

  // Copies `bytes` to the arena, next to the last piece if that is where the arena ends.
  // REQUIRES: bytes.size() <= kLongestCopy.
  static constexpr std::size_t kLongestCopy = 16 * 1024;
  void append(Arena& arena, std::string_view bytes) {
    if (last_ && last_->kind == Kind::InArena &&
        arena.extend(last_->data + last_->size, bytes.size())) {
      std::memcpy(const_cast<char*>(last_->data) + last_->size, bytes.data(), bytes.size());
      last_->size += bytes.size();
      bytes_ += bytes.size();
      return;
    }
    char* const memory = arena.allocate(sizeof(Piece) + bytes.size());
    char* const copy = memory + sizeof(Piece);
    std::memcpy(copy, bytes.data(), bytes.size());
    push(new (memory) Piece{nullptr, copy, bytes.size(), Kind::InArena}, bytes.size());
  }

  // Copies `bytes` to memory that the queue owns, and charges it.
  void appendKept(std::string_view bytes);

  // Charges the last piece, because it will not be sent in this turn. REQUIRES: not empty.
  void chargeLast() noexcept { charge(last_); }

  void append(std::string bytes);
  void append(const SharedBytes& bytes);
  void append(FileDescriptor file, std::uint64_t offset, std::uint64_t count);

  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t bytes() const noexcept { return bytes_; }

  // The same without the pieces of files.
  std::size_t inMemory() const noexcept { return bytes_ - inFiles_; }

  // The queued output if it is one piece in the arena (nearly always); otherwise empty.
  iovec onlyArenaPiece() const noexcept {
    if (first_ != last_ || !first_ || first_->kind != Kind::InArena) return {nullptr, 0};
    return {const_cast<char*>(first_->data), first_->size};
  }

  // The pieces in memory at the front, up to the first file.
  struct Gathered {
    int count = 0;
    std::size_t bytes = 0;
  };
  Gathered gather(iovec* pieces, int room) const noexcept {
    Gathered gathered;
    for (const Piece* piece = first_; piece && piece->kind != Kind::File && gathered.count < room;
         piece = piece->next) {
      pieces[gathered.count++] = {const_cast<char*>(piece->data), piece->size};
      gathered.bytes += piece->size;
    }
    return gathered;
  }

  // The file at the front. `file` is -1 if the front is a piece in memory.
  FileStretch frontFile() const noexcept;

  // The first `count` bytes have been sent.
  void consume(std::size_t count) noexcept {
    bytes_ -= count;
    if (bytes_ == 0 && first_ == last_ && first_ && first_->kind == Kind::InArena) {
      first_ = last_ = nullptr;  // the most frequent case by far: one piece, sent whole
    } else {
      consumePieces(count);
    }
  }

  // Moves pieces from the arena to memory that the queue owns, and charges all.
  void keep();

  void clear() noexcept;

 private:
  enum class Kind : std::uint8_t { InArena, Owned, Shared, File };

  struct Piece {
    Piece* next = nullptr;
    const char* data = nullptr;
    std::size_t size = 0;
    Kind kind = Kind::InArena;
  };
  struct OwnedPiece;
  struct SharedPiece;
  struct FilePiece;

  void consumePieces(std::size_t count) noexcept;
  void push(Piece* piece, std::size_t size) noexcept {
    if (last_) {
      last_->next = piece;
    } else {
      first_ = piece;
    }
    last_ = piece;
    bytes_ += size;
  }
  void popFront() noexcept;
  static void charge(Piece* piece) noexcept;
  static void destroy(Piece* piece) noexcept;

  Piece* first_ = nullptr;
  Piece* last_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t inFiles_ = 0;  // the part of bytes_ that is in files
};

}  // namespace ropewalk::detail
