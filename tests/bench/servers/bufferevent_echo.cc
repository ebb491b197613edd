// Echo on libevent's bufferevents: how most libevent programs are written.
//
//   $ bufferevent_echo 8000

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "listening.h"

namespace {

void dataReady(bufferevent* connection, void*) {
  evbuffer_add_buffer(bufferevent_get_output(connection), bufferevent_get_input(connection));
}

void ended(bufferevent* connection, short what, void*) {
  if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) bufferevent_free(connection);
}

void accepted(evconnlistener* listener, int fd, sockaddr*, int, void*) {
  bufferevent* connection =
      bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
  bufferevent_setcb(connection, dataReady, nullptr, ended, nullptr);
  bufferevent_enable(connection, EV_READ | EV_WRITE);
}

}  // namespace

int main(int argc, char** argv) {
  event_config* config = event_config_new();
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  const int listener = bench::listenOnLoopback(bench::portArgument(argc, argv));
  evconnlistener_new(base, accepted, nullptr, LEV_OPT_CLOSE_ON_FREE, 0, listener);
  return event_base_dispatch(base);
}
