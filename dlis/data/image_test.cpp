// Tests image files, their fitting to an input, and folders of them.
#include "dlis/data/image.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/file.h"
#include "dlis/base/rng.h"
#include "dlis/base/test_folder.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void collect(void* to, void* data, int size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(data), std::size_t(size));
}

std::string png(const Tensor& image) {
  std::string bytes;
  const int h = int(image.shape()[0]), w = int(image.shape()[1]), c = int(image.shape()[2]);
  stbi_write_png_to_func(collect, &bytes, w, h, c, image.data(), w * c);
  return bytes;
}

std::string jpeg(const Tensor& image) {
  std::string bytes;
  const int h = int(image.shape()[0]), w = int(image.shape()[1]), c = int(image.shape()[2]);
  stbi_write_jpg_to_func(collect, &bytes, w, h, c, image.data(), 95);
  return bytes;
}

// A smooth picture: red grows to the right, green downwards, blue is `blue`.
Tensor picture(int h, int w, int blue = 40) {
  Tensor image(DType::u8, {h, w, 3});
  std::uint8_t* to = image.edit<std::uint8_t>().data();
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      *to++ = std::uint8_t(x * 255 / std::max(1, w - 1));
      *to++ = std::uint8_t(y * 255 / std::max(1, h - 1));
      *to++ = std::uint8_t(blue);
    }
  return image;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = a.shape() == b.shape() ? 0 : 999;
  for (std::int64_t i = 0; i < std::min(a.elements(), b.elements()); ++i)
    largest = std::max(largest, std::abs(double(a.as<std::uint8_t>()[std::size_t(i)]) -
                                         b.as<std::uint8_t>()[std::size_t(i)]));
  return largest;
}

TEST(Image, PngIsExactAndJpegIsClose) {
  const TestFolder folder("image");
  const Tensor image = picture(21, 33);
  const auto exact = load_image(folder.put("a.png", png(image)));
  ASSERT_TRUE(exact) << exact.error().message();
  EXPECT_EQ(largest_difference(*exact, image), 0);
  const auto close = load_image(folder.put("a.jpg", jpeg(image)));
  ASSERT_TRUE(close) << close.error().message();
  EXPECT_LE(largest_difference(*close, image), 12);
  const auto grey = load_image(folder.path / "a.png", 1);
  ASSERT_TRUE(grey);
  EXPECT_EQ(grey->shape(), (Shape{21, 33, 1}));
}

// What stb cannot notice (a cut that it fills with grey) and what it can.
TEST(Image, TruncatedAtAnyByteIsAnError) {
  const TestFolder folder("image");
  const Tensor image = picture(16, 16);
  for (const std::string& whole : {png(image), jpeg(image)}) {
    // The last four bytes of a PNG are the checksum of its empty end.
    const std::size_t needed = whole.size() - (whole[1] == 'P' ? 4 : 0);
    for (std::size_t size = 0; size < needed; ++size) {
      const auto cut = load_image(folder.put("cut", whole.substr(0, size)));
      ASSERT_FALSE(cut) << size << " of " << whole.size();
      ASSERT_FALSE(cut.error().what.empty());
    }
  }
}

TEST(Image, RandomDamageNeverCrashes) {
  const TestFolder folder("image");
  const Tensor image = picture(24, 24);
  Rng rng(5);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = round % 2 ? png(image) : jpeg(image);
    for (int i = 0; i < 8; ++i)
      bytes[std::size_t(rng.below(std::int64_t(bytes.size())))] = char(rng.below(256));
    const auto read = load_image(folder.put("damaged", bytes));
    if (!read) {
      ASSERT_FALSE(read.error().message().empty());
    }
  }
}

// Of a PNG, without its sum, which nobody looks at.
std::string chunk(const std::string& name, const std::string& bytes) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += char(bytes.size() >> shift & 255);
  return out + name + bytes + std::string(4, '\0');
}

TEST(Image, OnePixelTakesNoGigabytes) {
  const auto png_of = [](int zeros) {
    std::string plain(std::size_t(zeros), '\0');
    int size = 0;
    const std::unique_ptr<unsigned char, void (*)(void*)> packed(
        stbi_zlib_compress(reinterpret_cast<unsigned char*>(plain.data()), zeros, &size, 8), free);
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", std::string("\0\0\0\1\0\0\0\1\x08\0\0\0\0", 13)) +
           chunk("IDAT", {reinterpret_cast<char*>(packed.get()), std::size_t(size)}) +
           chunk("IEND", "");
  };
  EXPECT_TRUE(parse_image(bytes_of(png_of(2)), "pixel"));
  const auto image = parse_image(bytes_of(png_of(8 << 20)), "pixel");
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().message(), HasSubstr("outofmem"));
}

TEST(Image, OtherFilesAreNamed) {
  const TestFolder folder("image");
  EXPECT_THAT(load_image(folder.put("a.png", "GIF89a....")).error().message(),
              HasSubstr("neither a JPEG nor a PNG"));
  EXPECT_THAT(load_image(folder.path / "none.png").error().message(), HasSubstr("no such file"));
  EXPECT_THAT(load_image(folder.put("empty.jpg", "")).error().message(), HasSubstr("is empty"));
  // A header that asks for 16 million times 16 million pixels.
  std::string huge = png(picture(2, 2));
  for (const std::size_t at : {16u, 20u}) huge.replace(at, 4, std::string("\0\xff\xff\xff", 4));
  EXPECT_THAT(load_image(folder.put("huge.png", huge)).error().message(),
              HasSubstr("16777215 x 16777215 pixels is too large"));
  for (const std::size_t at : {16u, 20u}) huge.replace(at, 4, std::string("\0\0\x4e\x20", 4));
  EXPECT_THAT(load_image(folder.put("large.png", huge)).error().message(),
              HasSubstr("20000 x 20000 pixels is too large"));
}

TEST(Image, FittingCoversThenCutsTheCentre) {
  const Tensor image = picture(40, 80);
  const auto same = fit_image(image, 40, 80);
  ASSERT_TRUE(same);
  EXPECT_EQ(largest_difference(*same, image), 0);
  // Shorter side 20, so 20 x 40; the centre 20 columns hold red from a quarter to three quarters.
  const Tensor half = fit_image(image, 20, 20).value();
  const auto at = [&](int y, int x, int c) {
    return double(half.as<std::uint8_t>()[std::size_t((y * 20 + x) * 3 + c)]);
  };
  EXPECT_NEAR(at(10, 0, 0), 255 * 0.25, 4);
  EXPECT_NEAR(at(10, 19, 0), 255 * 0.75, 4);
  EXPECT_NEAR(at(0, 10, 1), 0, 6);
  EXPECT_NEAR(at(19, 10, 1), 255, 6);
  EXPECT_EQ(at(10, 10, 2), 40);
  // With a margin the borders go: rows 5 to 25 of 30.
  const Tensor margin = fit_image(image, 20, 20, 30).value();
  EXPECT_NEAR(margin.as<std::uint8_t>()[1], 255 * 5 / 30.0, 6);
  // Enlarged where it is smaller than the input.
  EXPECT_EQ(fit_image(picture(3, 2), 8, 8)->shape(), (Shape{8, 8, 3}));
  EXPECT_THAT(fit_image(picture(1, 3000), 8192, 8192).error().message(), HasSubstr("cannot be"));
}

TEST(Image, AsANetworksInput) {
  const TestFolder folder("image");
  const Tensor image = picture(8, 8);
  const auto file = folder.put("a.png", png(image));
  const Preprocessing how{.mean = {.5f}, .std = {.5f}};
  const auto input = load_input_image(file, {1, 3, 8, 8}, how);
  ASSERT_TRUE(input) << input.error().message();
  EXPECT_EQ(input->shape(), (Shape{1, 3, 8, 8}));
  EXPECT_FLOAT_EQ(input->as<float>()[7], 1);
  EXPECT_FLOAT_EQ(input->as<float>()[128], (40 / 255.f - .5f) / .5f);
  for (const Shape& shape : {Shape{1, 10}, Shape{2, 3, 8, 8}, Shape{1, 4, 8, 8}})
    EXPECT_THAT(load_input_image(file, shape, how).error().message(), HasSubstr("does not fit"));
}

TEST(Images, OneFolderAClass) {
  const TestFolder folder("images");
  for (const char* name : {"cat/1.png", "cat/2.png", "ant/1.PNG", "dog/1.png", "dog/notes.txt"})
    folder.put(name, png(picture(9, 12, name[0])));
  const auto data = load_dataset("images:" + folder.path.string(), {1, 3, 6, 6});
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_THAT(data->labels, ElementsAre(0, 1, 2, 1));  // the first of each class, then the second
  EXPECT_EQ(data->classes, 3);
  EXPECT_EQ(data->images.shape(), (Shape{4, 6, 6, 3}));
  EXPECT_EQ(data->images.as<std::uint8_t>()[2], 'a');
  const auto two = load_dataset("images:" + folder.path.string() + "?limit=2", {1, 3, 6, 6});
  EXPECT_EQ(two->size(), 2);
  EXPECT_EQ(two->classes, 3);  // the folders', whatever the limit leaves
}

TEST(Images, FoldersThatAreNumbersAreTheClasses) {
  const TestFolder folder("images");
  for (const char* name : {"10/a.png", "2/a.png"}) folder.put(name, png(picture(4, 4)));
  const auto data = load_dataset("images:" + folder.path.string(), {1, 1, 4, 4});
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_THAT(data->labels, ElementsAre(10, 2));
  EXPECT_EQ(data->classes, 11);
}

TEST(Images, TrainAndTestHaveTheSameClasses) {
  const TestFolder folder("images");
  for (const char* name : {"train/ant/1.png", "train/bee/1.png", "train/cat/1.png",
                           "train/cat/2.png", "test/cat/1.png"})
    folder.put(name, png(picture(4, 4)));
  const std::string spec = "images:" + folder.path.string();
  const auto test = load_dataset(spec, {1, 3, 4, 4});
  ASSERT_TRUE(test) << test.error().message();
  EXPECT_EQ(test->split, "test");
  EXPECT_THAT(test->labels, ElementsAre(2));
  EXPECT_EQ(test->classes, 3);
  EXPECT_EQ(training_spec(spec + "?limit=1"), spec + "?split=train");
  EXPECT_EQ(held_out_spec(spec + "?limit=1"), spec + "?split=train");
  const auto train = load_dataset(training_spec(spec), {1, 3, 4, 4});
  ASSERT_TRUE(train) << train.error().message();
  EXPECT_THAT(train->labels, ElementsAre(0, 1, 2, 2));
  EXPECT_THAT(load_dataset(spec + "?split=tset", {1, 3, 4, 4}).error().message(),
              HasSubstr("did you mean test?"));
  folder.put("test/dog/1.png", png(picture(4, 4)));
  EXPECT_THAT(load_dataset(spec, {1, 3, 4, 4}).error().message(), HasSubstr("no such class"));
  const std::string part = spec + "/train";
  EXPECT_EQ(training_spec(part), part);
  EXPECT_THAT(load_dataset(part + "?split=test", {1, 3, 4, 4}).error().message(),
              HasSubstr("no folders train and test"));
}

TEST(Images, OneBadFileAmongManyIsNamed) {
  const TestFolder folder("images");
  for (int i = 0; i < 40; ++i) folder.put(fmt::format("{}.png", i), png(picture(4, 4)));
  folder.put("17.png", "");
  EXPECT_THAT(load_dataset("images:" + folder.path.string(), {1, 3, 4, 4}).error().message(),
              HasSubstr("17.png"));
}

TEST(Images, AListOfLabels) {
  const TestFolder folder("images");
  for (const char* name : {"b.png", "a c.png"}) folder.put(name, png(picture(4, 4)));
  folder.put("labels.txt", "# file class\nb.png 7\r\n\na c.png 0\n");
  const std::string spec = "images:" + folder.path.string();
  const auto data = load_dataset(spec, {1, 3, 4, 4});
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_THAT(data->labels, ElementsAre(7, 0));
  EXPECT_TRUE(check_classes(*data, 10));  // a list may lack the last classes
  EXPECT_THAT(check_classes(*data, 7).error().message(), HasSubstr("has the label 7"));
  folder.put("labels.txt", "b.png 7\n");
  EXPECT_THAT(load_dataset(spec, {1, 3, 4, 4}).error().message(),
              HasSubstr("1 of the 2 images beside it have no line in it, the first is a c.png"));
  folder.put("._b.png", "attributes");
  folder.put("labels.txt", "./b.png 7\na c.png 0\n");
  EXPECT_TRUE(load_dataset(spec, {1, 3, 4, 4}));
  folder.put("labels.txt", "b.png seven\n");
  EXPECT_THAT(load_dataset(spec, {1, 3, 4, 4}).error().message(), HasSubstr("labels.txt, line 1"));
  folder.put("labels.txt", "b.png 7\na c.png 0\nnone.png 7\n");
  EXPECT_THAT(load_dataset(spec, {1, 3, 4, 4}).error().message(), HasSubstr("no such file"));
}

TEST(Images, WithoutLabelsAndWithoutImages) {
  const TestFolder folder("images");
  const std::string spec = "images:" + folder.path.string();
  EXPECT_THAT(load_dataset(spec, {1, 3, 4, 4}).error().message(), HasSubstr("there are no images"));
  EXPECT_THAT(load_dataset(spec + "x", {1, 3, 4, 4}).error().message(),
              HasSubstr("no such folder"));
  folder.put("x.jpg", jpeg(picture(5, 5)));
  const auto data = load_dataset(spec, {1, 3, 4, 4});
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_THAT(data->labels, ElementsAre(-1));
  EXPECT_EQ(data->classes, 0);
}

}  // namespace
}  // namespace dlis
