// Keeps a socket out of the programs that this process, or a plugin, starts: a child that held it would keep a port
// occupied and a connection open. Asio makes its sockets without the flag.
#pragma once

#include <fcntl.h>

namespace parley::net {

template <class Socket>
void close_on_exec(Socket& socket) {
    if (socket.is_open()) ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);  // fails for a bad descriptor only
}

}  // namespace parley::net
