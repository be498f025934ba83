// Control groups: the node makes one for each run that there can be at once, and the server passes it
// on from run to run. Their files are opened before it gives up its rights and its root.
#include "zygote.h"

#include <fcntl.h>
#include <unistd.h>

/* Above Node's descriptors, which are to become /dev/null. */
int open_group_file(const char *path) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) fail(path);
  int moved = fcntl(file, F_DUPFD_CLOEXEC, FIRST_SERVER_FD);
  if (moved < 0) fail("F_DUPFD_CLOEXEC");
  close(file);
  return moved;
}

/* Zero is who writes it. Joining itself, a run has used nothing by then that its group does not count. */
void join_group(const struct server *server, uint32_t place) {
  const int *files = server->options.groups + (size_t)place * server->options.group_files;
  for (uint32_t i = 0; i < server->options.group_files; i++)
    if (write(files[i], "0", 1) != 1) fail("control group");
}
