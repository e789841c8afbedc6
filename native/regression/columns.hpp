// A design whose columns lie where they are: batches of rows one after the other, each with columns of their own types.
//
// Its columns are numbers first: a number of each row as it is, or 1 where a code is a certain level and 0 elsewhere. Codes that
// are not spread out like this follow: code c of a row is 1 in column c of the levels and 0 in the others. These have no
// centre and no scale; what they add up to is added by code.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace verhulst {

enum class NumberType { float64, float32, int8, int16, int32, int64, uint8, uint16, uint32, uint64 };

struct View {
    const char* first;
    std::ptrdiff_t stride;  // in bytes
    NumberType type;

    [[gnu::always_inline]] const char* at(std::ptrdiff_t row) const { return first + row * stride; }
};

// Calls use(Number{}) with the type of a view's numbers.
template <class Use>
void with_type(NumberType type, const Use& use) {
    switch (type) {
        case NumberType::float64:
            return use(double{});
        case NumberType::float32:
            return use(float{});
        case NumberType::int8:
            return use(std::int8_t{});
        case NumberType::int16:
            return use(std::int16_t{});
        case NumberType::int32:
            return use(std::int32_t{});
        case NumberType::int64:
            return use(std::int64_t{});
        case NumberType::uint8:
            return use(std::uint8_t{});
        case NumberType::uint16:
            return use(std::uint16_t{});
        case NumberType::uint32:
            return use(std::uint32_t{});
        case NumberType::uint64:
            return use(std::uint64_t{});
    }
}

struct Batch {
    std::ptrdiff_t start;  // its first row among all
    std::vector<View> views;
};

struct Columns {
    struct Number {
        std::ptrdiff_t source;  // which view of a batch
        std::int64_t level;     // the code that is 1; below 0: the number itself
    };
    struct Coded {
        std::ptrdiff_t source, levels;
        std::ptrdiff_t first;       // of its levels among those of all
        const double *eta, *along;  // what a code adds to the linear predictor, and to that along the direction
    };

    std::vector<Batch> batches;
    std::ptrdiff_t rows = 0, levels = 0;
    std::vector<Number> numbers;
    std::vector<Coded> coded;
    double* sums = nullptr;                         // where those of the codes go
    const char *map = nullptr, *map_end = nullptr;  // of a file that is mapped into memory and stays as it is

    // The pages of rows start..stop that are of that file need not stay in memory.
    void release(std::ptrdiff_t start, std::ptrdiff_t stop) const;

    // The sums of the codes, one after the other: gradient and diagonal, a number for each level; each level with the
    // columns of numbers (padded to `width`); and each pair of coded columns, level by level.
    [[gnu::always_inline]] std::ptrdiff_t pairs_at(std::ptrdiff_t width) const { return levels * (2 + width); }
    std::ptrdiff_t size(std::ptrdiff_t width) const;

    // Calls use(batch, its row, how many rows, how many came before) for rows start..start+count.
    template <class Use>
    void each_batch(std::ptrdiff_t start, std::ptrdiff_t count, const Use& use) const {
        auto batch = std::upper_bound(batches.begin(), batches.end(), start,
                                      [](std::ptrdiff_t row, const Batch& each) { return row < each.start; });
        --batch;
        for (std::ptrdiff_t done = 0; done < count; ++batch) {
            const std::ptrdiff_t stop = batch + 1 == batches.end() ? rows : (batch + 1)->start;
            const std::ptrdiff_t row = start + done, some = std::min(stop - row, count - done);
            if (some > 0) use(*batch, row - batch->start, some, done);
            done += std::max<std::ptrdiff_t>(some, 0);
        }
    }
};

// What follows is static: it is compiled for each level, and no level may run the code of another.

// Rows row..row+count of a column as doubles: where they lie, or in `room`.
static inline const double* doubles(const Batch& batch, const Columns::Number& number, std::ptrdiff_t row,
                                    std::ptrdiff_t count, double* room) {
    const View& view = batch.views[static_cast<std::size_t>(number.source)];
    const char* x = view.at(row);
    if (number.level < 0 && view.type == NumberType::float64 && view.stride == sizeof(double))
        return reinterpret_cast<const double*>(x);
    with_type(view.type, [&](auto kind) {
        using Value = decltype(kind);
        const auto convert = [&](auto value) {
            if (number.level < 0)
                for (std::ptrdiff_t r = 0; r < count; ++r) room[r] = static_cast<double>(value(r));
            else
                for (std::ptrdiff_t r = 0; r < count; ++r)
                    room[r] = value(r) == static_cast<Value>(number.level) ? 1.0 : 0.0;
        };
        if (view.stride == sizeof(Value))
            convert([from = reinterpret_cast<const Value*>(x)](std::ptrdiff_t r) { return from[r]; });
        else
            convert(
                [x, step = view.stride](std::ptrdiff_t r) { return *reinterpret_cast<const Value*>(x + r * step); });
    });
    return room;
}

// The codes of rows start..start+count of a coded column.
static inline void read_codes(const Columns& columns, const Columns::Coded& coded, std::ptrdiff_t start,
                              std::ptrdiff_t count, std::int32_t* to) {
    columns.each_batch(
        start, count, [&](const Batch& batch, std::ptrdiff_t row, std::ptrdiff_t rows, std::ptrdiff_t at) {
            const View& view = batch.views[static_cast<std::size_t>(coded.source)];
            with_type(view.type, [&](auto kind) {
                using Value = decltype(kind);
                const Value* from = reinterpret_cast<const Value*>(view.at(row));
                if (view.stride == sizeof(Value))
                    for (std::ptrdiff_t r = 0; r < rows; ++r) to[at + r] = static_cast<std::int32_t>(from[r]);
                else
                    for (std::ptrdiff_t r = 0; r < rows; ++r)
                        to[at + r] = static_cast<std::int32_t>(*reinterpret_cast<const Value*>(view.at(row + r)));
            });
        });
}

}  // namespace verhulst
