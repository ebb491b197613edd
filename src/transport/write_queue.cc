// The pieces of a connection's output. Their kind says where the bytes are and what frees them: the
// arena (freed by the turn), the piece (an owned string), SharedBytes, or a file.

#include "transport/write_queue.h"

#include <algorithm>
#include <utility>

#include "ropewalk/memory_budget.h"
#include "sys/memory_budget.h"

namespace ropewalk::detail {

struct WriteQueue::OwnedPiece : Piece {
  explicit OwnedPiece(std::string given) : bytes(std::move(given)) {
    data = bytes.data();
    size = bytes.size();
    kind = Kind::Owned;
  }
  std::string bytes;
  MemoryCharge charge;
};

struct WriteQueue::SharedPiece : Piece {
  explicit SharedPiece(const SharedBytes& given) : bytes(given) {
    data = bytes.view().data();
    size = bytes.size();
    kind = Kind::Shared;
  }
  SharedBytes bytes;
  MemoryCharge charge;  // for the piece only; the bytes are charged once for all queues
};

struct WriteQueue::FilePiece : Piece {
  FilePiece(FileDescriptor given, std::uint64_t from, std::uint64_t count)
      : file(std::move(given)), begin(from), offset(from) {
    size = count;
    kind = Kind::File;
  }
  FileDescriptor file;
  std::uint64_t begin;
  std::uint64_t offset;
};

// The overhead of malloc for each piece, in bytes.
constexpr std::size_t kOfMalloc = 16;

void WriteQueue::charge(Piece* piece) noexcept {
  if (piece->kind == Kind::Owned) {
    auto* const owned = static_cast<OwnedPiece*>(piece);
    owned->charge.set(sizeof *owned + kOfMalloc + heapBytes(owned->bytes));
  } else if (piece->kind == Kind::Shared) {
    auto* const shared = static_cast<SharedPiece*>(piece);
    if (shared->charge.bytes() > 0) return;
    shared->charge.set(sizeof *shared + kOfMalloc);
    shared->bytes.charge();
  }
}

void WriteQueue::appendKept(std::string_view bytes) {
  // `data` points to the start of the string only while no part of the last piece has been sent.
  if (last_ && last_->kind == Kind::Owned) {
    auto* const owned = static_cast<OwnedPiece*>(last_);
    const std::size_t sent = owned->bytes.size() - owned->size;
    if (owned->bytes.capacity() - owned->bytes.size() >= bytes.size() || sent == 0) {
      owned->bytes.append(bytes);
      owned->data = owned->bytes.data() + sent;
      owned->size += bytes.size();
      bytes_ += bytes.size();
      return charge(owned);
    }
  }
  append(std::string(bytes));
  charge(last_);
}

void WriteQueue::append(std::string bytes) {
  auto* const piece = new OwnedPiece(std::move(bytes));
  push(piece, piece->size);
}

void WriteQueue::append(const SharedBytes& bytes) { push(new SharedPiece(bytes), bytes.size()); }

void WriteQueue::append(FileDescriptor file, std::uint64_t offset, std::uint64_t count) {
  push(new FilePiece(std::move(file), offset, count), count);
  inFiles_ += count;
}

WriteQueue::FileStretch WriteQueue::frontFile() const noexcept {
  if (!first_ || first_->kind != Kind::File) return {};
  const auto* const piece = static_cast<const FilePiece*>(first_);
  return {piece->file.get(), piece->offset, piece->size, piece->offset - piece->begin};
}

void WriteQueue::consumePieces(std::size_t count) noexcept {
  while (first_ && count >= first_->size) {
    count -= first_->size;
    if (first_->kind == Kind::File) inFiles_ -= first_->size;
    popFront();
  }
  if (count == 0 || !first_) return;
  first_->size -= count;
  if (first_->kind == Kind::File) {
    static_cast<FilePiece*>(first_)->offset += count;
    inFiles_ -= count;
  } else {
    first_->data += count;
  }
}

void WriteQueue::keep() {
  Piece** link = &first_;
  Piece* before = nullptr;
  while (Piece* const piece = *link) {
    if (piece->kind == Kind::InArena) {
      auto* const owned = new OwnedPiece(std::string(piece->data, piece->size));
      owned->next = piece->next;
      *link = owned;
      if (last_ == piece) last_ = owned;
    }
    before = *link;
    charge(before);
    link = &before->next;
  }
}

void WriteQueue::clear() noexcept {
  while (first_) popFront();
  bytes_ = inFiles_ = 0;
}

void WriteQueue::popFront() noexcept {
  Piece* const piece = first_;
  first_ = piece->next;
  if (!first_) last_ = nullptr;
  destroy(piece);
}

void WriteQueue::destroy(Piece* piece) noexcept {
  switch (piece->kind) {
    case Kind::InArena:
      return;
    case Kind::Owned:
      delete static_cast<OwnedPiece*>(piece);
      return;
    case Kind::Shared: {
      auto* const shared = static_cast<SharedPiece*>(piece);
      if (shared->charge.bytes() > 0) shared->bytes.release();
      delete shared;
      return;
    }
    case Kind::File:
      delete static_cast<FilePiece*>(piece);
      return;
  }
}

}  // namespace ropewalk::detail
