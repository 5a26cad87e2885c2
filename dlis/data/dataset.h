// Labelled images, or arrays for networks of any inputs, for measuring accuracy.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/format/tensor.h"

namespace dlis {

// How an image becomes a network's input: (x / scale - mean) / std per channel of the input. From
// the model's metadata or the query part of MODEL; `mean` and `std` have one value, or one a
// channel.
struct Preprocessing {
  std::vector<float> mean{0, 0, 0}, std{1, 1, 1};
  float scale = 255;
  bool bgr = false;          // `order`: the input's channels are blue, green, red
  int resize = 0, crop = 0;  // the shorter side, then the centre; 0: what the input needs

  float mean_of(std::int64_t channel) const { return mean[std::size_t(channel) % mean.size()]; }
  float std_of(std::int64_t channel) const { return std[std::size_t(channel) % std.size()]; }

  // The shorter side before a centre of `height` x `width` is cut out, which is the network's
  // input: where that is not `crop`, `resize` is scaled with it, so that the same part is seen.
  int resize_for(std::int64_t height, std::int64_t width) const;
};
// Keys mean, std, scale, order, resize, crop; numbers are separated by blanks, commas or slashes.
// Errors: a value that makes no sense, quoted.
Result<Preprocessing> preprocessing_of(const std::map<std::string, std::string>& metadata);

// An input of the network that reads the data. Axis 0 of the shape is the batch.
struct DataInput {
  std::string name;
  Shape shape;
};

// Examples with a label each (-1: unknown): images for a network with one input, as bytes, all of
// one size, channels last (N x H x W x C, u8); or in their place f32 arrays, one for each input of
// the network in its order, N x what the input has behind its batch.
struct Dataset {
  std::string spec;   // "cifar10:DIR?split=test&limit=1000"
  std::string split;  // "test"; empty where the kind has none
  int classes = 0;    // 0: unknown
  Tensor images;
  std::vector<Tensor> arrays;
  std::vector<std::int32_t> labels;
  std::int64_t size() const { return std::int64_t(labels.size()); }
  std::string content_hash() const;  // of images or arrays, and labels
};

// What follows the kind in `cifar10:DIR?split=test&limit=N`.
struct DatasetRequest {
  std::string place;                           // DIR; N for synthetic
  std::map<std::string, std::string> options;  // only those the row names
  std::int64_t limit = 0;                      // most images; 0: all
  std::vector<DataInput> inputs;               // of the network
  Shape image;                                 // H x W x C of its input; rank 0: it takes no images
  Preprocessing how;                           // its `resize` matters to image folders
};

// A row of datasets.inc.
struct DatasetRow {
  const char* name;
  const char* form;                      // "cifar10:DIR?split=test|train|heldout&limit=N"
  std::span<const char* const> options;  // beside `limit`
  Result<Dataset> (*load)(const DatasetRequest& request);
  // What follows the `?` for the part to learn from; empty: all that was named. Null: the same.
  std::string (*training)(const std::string& place) = nullptr;
  // The same for images to choose by, which training does not see. Null: those of training.
  std::string (*held_out)(const std::string& place) = nullptr;
  bool arrays = false;  // for networks that take no images, too
};
std::span<const DatasetRow* const> datasets();

// `cifar10:DIR?split=test&limit=N`, `images:DIR?split=test&limit=N`, `arrays:DIR?split=test` or
// `synthetic:N?seed=S`, for a network with these inputs. Errors: folder or file missing, truncated,
// unknown kind or option, data that does not fit the inputs, with what is expected there.
Result<Dataset> load_dataset(const std::string& spec, const std::vector<DataInput>& inputs,
                             const Preprocessing& how = {});
// For a network with one input of that shape (N x C x H x W), named `input`.
Result<Dataset> load_dataset(const std::string& spec, const Shape& input_shape,
                             const Preprocessing& how = {});

// Whether a network with these inputs can read the data. Errors say what each has.
Status check_inputs(const Dataset& data, const std::vector<DataInput>& inputs);

// Whether a network that tells so many classes fits the data's. Errors name the data.
Status check_classes(const Dataset& data, std::int64_t classes);

// The images to learn from that belong to the data that accuracy is measured on: of CIFAR-10 the
// first 45,000 of the training split, of a folder its train/, else the same.
std::string training_spec(const std::string& spec);

// The images to choose settings by, none of them to test: of CIFAR-10 the last 5,000 of the
// training split, of a folder its heldout/, else those to learn from.
std::string held_out_spec(const std::string& spec);

// Examples [first, first + count), an f32 tensor for each input of the network: images as N x C x H
// x W, arrays as they are.
std::vector<Tensor> batch_of(const Dataset& data, const Preprocessing& how, std::int64_t first,
                             std::int64_t count);

// `count` examples at equal distances, all where there are no more: those of a folder stand class
// by class.
Dataset sample_of(const Dataset& all, std::int64_t count);

// u8 images, N x H x W x C, from the first on, as an f32 N x C x H x W tensor.
Tensor normalised(const Tensor& images, const Preprocessing& how, std::int64_t first,
                  std::int64_t count);

}  // namespace dlis
