// A server of one file for tests: HTTP/1.1 on this machine, as wrong as a test wants it.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dlis {

struct FileServer {
  std::string content;
  std::size_t cut = std::string::npos;  // bytes of an answer, after which it hangs up
  bool ranges = true;
  int failures = 0;  // answers of 503 before the first other one
  bool missing = false;
  std::vector<std::size_t> asked_from = {};  // by request, the first byte

  void start() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 8);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/data.tar.gz";
    thread_ = std::thread([this] {
      for (int client; (client = ::accept(socket_, nullptr, nullptr)) >= 0;) {
        answer(client);
        ::close(client);
      }
    });
  }
  ~FileServer() {
    ::shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(socket_);
  }

  std::string url;

 private:
  void answer(int client) {
    std::string request;
    char bytes[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::recv(client, bytes, sizeof(bytes), 0);
      if (count <= 0) return;
      request.append(bytes, std::size_t(count));
    }
    const std::size_t range = request.find("Range: bytes=");
    const bool ranged = ranges && range != std::string::npos;
    const std::size_t from =
        ranged ? std::strtoull(request.c_str() + range + 13, nullptr, 10) : std::size_t(0);
    asked_from.push_back(from);
    if (missing) return reply(client, "404 Not Found", "", "gone");
    if (failures-- > 0) return reply(client, "503 Service Unavailable", "", "later");
    if (from > 0 && from >= content.size())
      return reply(client, "416 Range Not Satisfiable", "", "");
    const std::string rest = content.substr(std::min(from, content.size()));
    reply(client, ranged ? "206 Partial Content" : "200 OK",
          ranged ? "Content-Range: bytes " + std::to_string(from) + "-" +
                       std::to_string(content.size() - 1) + "/" + std::to_string(content.size()) +
                       "\r\n"
                 : "",
          rest);
  }

  void reply(int client, const char* status, const std::string& more, const std::string& body) {
    const std::string text =
        std::string("HTTP/1.1 ") + status +
        "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
        "\r\n";
    send_all(client, text);
    send_all(client, std::string_view(body).substr(0, cut));
  }

  static void send_all(int client, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(std::size_t(count));
    }
  }

  int socket_ = -1;
  std::thread thread_;
};

}  // namespace dlis
