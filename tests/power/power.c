/* What a power cut would leave of the files below a folder.
 *
 * A machine keeps writes in memory until somebody syncs the file; `kill -9` loses none of them, a power cut may lose them all.
 * This library is loaded before the gateway's own (LD_PRELOAD). Before anything is changed below POWER_FOLDER it writes into
 * POWER_LOG/undo what was there, and after each sync that the file (or, for names, its folder) is safe up to there. After a
 * `kill -9`, `tests/src/prove/power/disk.rs` takes back what was not synced: that is the disk after a power cut.
 *
 * It knows the calls that SQLite and Rust's standard library make. A call that it does not know, on a file below the folder,
 * ends the process: a proof that has overlooked something must not pass. The shared memory beside a SQLite file (-shm) is
 * left aside, since it is made anew. Making a folder counts as safe at once.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 8192
#define REAL(name) ((__typeof__(&name)) real(#name))

/* As disk.rs reads it: a header, the path, the data. */
struct record { uint32_t kind, path; uint64_t offset, length, before, data; };
enum { WRITE = 1, CUT, CREATE, UNLINK, RENAME, SYNC };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *kept;
static int undo = -1;
static uint64_t undo_size, kept_files;
/* The path behind a descriptor; "" where it is none of ours; NULL where nobody has looked yet. */
static char *paths[FILES];
static char other[] = "";

static void die(const char *what, const char *path) {
  fprintf(stderr, "power: %s: %s\n", what, path);
  abort();
}

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) die("this C library lacks", name);
  return found;
}

__attribute__((constructor)) static void start(void) {
  folder = getenv("POWER_FOLDER");
  kept = getenv("POWER_LOG");
  if (!folder || !kept) die("POWER_FOLDER and POWER_LOG are not set", "");
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/undo", kept);
  undo = REAL(open)(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (undo < 0) die("the undo log cannot be made", path);
}

static int is_ours(const char *path) {
  size_t length = strlen(path), end = strlen(folder);
  if (strncmp(path, folder, end) || (path[end] != '/' && path[end])) return 0;
  return length < 4 || strcmp(path + length - 4, "-shm");
}

/* The path of a file of ours, or NULL. */
static const char *ours(int fd) {
  if (fd < 0 || fd == undo || undo < 0) return NULL;
  if (fd >= FILES) die("too many files are open", "");
  if (!paths[fd]) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    paths[fd] = is_ours(path) ? strdup(path) : other;
  }
  return *paths[fd] ? paths[fd] : NULL;
}

/* The path itself stays in memory: another thread may be reading it. */
static void forget(int fd) {
  if (fd >= 0 && fd < FILES) paths[fd] = NULL;
}

/* The absolute path, if it is below the folder. */
static int named(int at, const char *path, char *full) {
  if (undo < 0) return 0;
  char base[PATH_MAX] = "";
  if (*path != '/') {
    char link[64];
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, base, sizeof base - 2);
    strcpy(base + (length < 0 ? 0 : length), "/");
  }
  snprintf(full, PATH_MAX, "%s%s", base, path);
  return is_ours(full);
}

/* Call with the turn held. */
static void note(uint32_t kind, const char *path, uint64_t offset, uint64_t length, uint64_t before, const void *data,
                 uint64_t size) {
  struct record record = {kind, strlen(path), offset, length, before, size};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)path, record.path}, {(void *)data, size}};
  ssize_t all = sizeof record + record.path + size;
  if (REAL(writev)(undo, parts, 3) != all) die("the undo log cannot be written", path);
  undo_size += all;
}

/* Notes what stands at offset and will not for long. Call with the turn held. */
static void note_change(uint32_t kind, const char *path, uint64_t offset, uint64_t length) {
  struct stat file;
  if (stat(path, &file)) die("a file has gone", path);
  uint64_t size = file.st_size, end = offset + length < size ? offset + length : size, there = end > offset ? end - offset : 0;
  char *data = malloc(there + 1);
  int reader = REAL(open)(path, O_RDONLY | O_CLOEXEC);
  if (!data || reader < 0 || pread(reader, data, there, offset) != (ssize_t)there) die("what is there cannot be read", path);
  REAL(close)(reader);
  note(kind, path, offset, length, size, data, there);
  free(data);
}

static ssize_t written(int fd, const void *data, size_t size, off64_t offset, const char *path) {
  int appends = fcntl(fd, F_GETFL) & O_APPEND;
  struct stat file;
  pthread_mutex_lock(&turn);
  if (appends && fstat(fd, &file) == 0) note_change(WRITE, path, file.st_size, size);
  else note_change(WRITE, path, offset >= 0 ? offset : lseek64(fd, 0, SEEK_CUR), size);
  ssize_t done = offset >= 0 ? REAL(pwrite64)(fd, data, size, offset) : REAL(write)(fd, data, size);
  pthread_mutex_unlock(&turn);
  return done;
}

ssize_t write(int fd, const void *data, size_t size) {
  const char *path = ours(fd);
  return path ? written(fd, data, size, -1, path) : REAL(write)(fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  const char *path = ours(fd);
  return path ? written(fd, data, size, offset, path) : REAL(pwrite64)(fd, data, size, offset);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

int ftruncate64(int fd, off64_t size) {
  const char *path = ours(fd);
  if (!path) return REAL(ftruncate64)(fd, size);
  pthread_mutex_lock(&turn);
  note_change(CUT, path, size, UINT64_MAX / 2);
  int done = REAL(ftruncate64)(fd, size);
  pthread_mutex_unlock(&turn);
  return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int (*sync)(int)) {
  const char *path = ours(fd);
  if (!path) return sync(fd);
  /* What is written while the disk syncs may come too late for it. */
  pthread_mutex_lock(&turn);
  uint64_t until = undo_size;
  pthread_mutex_unlock(&turn);
  int done = sync(fd);
  pthread_mutex_lock(&turn);
  if (done == 0) note(SYNC, path, until, 0, 0, NULL, 0);
  pthread_mutex_unlock(&turn);
  return done;
}
int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

static int opened(int at, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  struct stat file;
  int held = (flags & (O_CREAT | O_TRUNC)) && named(at, path, full);
  if (held) {
    pthread_mutex_lock(&turn);
    int is_there = stat(full, &file) == 0;
    if (!is_there && (flags & O_CREAT)) note(CREATE, full, 0, 0, 0, NULL, 0);
    if (is_there && (flags & O_TRUNC) && !(flags & O_EXCL)) note_change(CUT, full, 0, UINT64_MAX / 2);
  }
  int fd = REAL(openat)(at, path, flags, mode);
  forget(fd);
  if (held) pthread_mutex_unlock(&turn);
  return fd;
}

#define MODE(last) \
  va_list more; \
  va_start(more, last); \
  mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0; \
  va_end(more)

int open(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags); return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags); return opened(at, path, flags | O_LARGEFILE, mode); }
int close(int fd) {
  pthread_mutex_lock(&turn);
  forget(fd);
  int done = REAL(close)(fd);
  pthread_mutex_unlock(&turn);
  return done;
}

/* What a name stood for is kept under another one, so that it can be put back. */
static const char *keep(const char *path, char *name) {
  snprintf(name, PATH_MAX, "%s/%lu", kept, (unsigned long)kept_files++);
  if (REAL(link)(path, name) == 0) return name;
  if (errno != ENOENT) die("what a name stood for cannot be kept", path);
  return "";
}

int unlinkat(int at, const char *path, int flags) {
  char full[PATH_MAX], name[PATH_MAX];
  if ((flags & AT_REMOVEDIR) || !named(at, path, full)) return REAL(unlinkat)(at, path, flags);
  pthread_mutex_lock(&turn);
  keep(full, name);
  note(UNLINK, full, 0, 0, 0, name, strlen(name));
  int done = REAL(unlinkat)(at, path, flags);
  pthread_mutex_unlock(&turn);
  return done;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int renameat(int from_at, const char *from, int to_at, const char *to) {
  char old[PATH_MAX], new[PATH_MAX], name[PATH_MAX], both[2 * PATH_MAX + 1];
  int from_ours = named(from_at, from, old);
  if (named(to_at, to, new) != from_ours) die("a file is moved in or out", to);
  if (!from_ours) return REAL(renameat)(from_at, from, to_at, to);
  pthread_mutex_lock(&turn);
  int size = snprintf(both, sizeof both, "%s%c%s", old, 0, keep(new, name));
  note(RENAME, new, 0, 0, 0, both, size);
  int done = REAL(renameat)(from_at, from, to_at, to);
  for (int fd = 0; fd < FILES; fd++) forget(fd);
  pthread_mutex_unlock(&turn);
  return done;
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
  char full[PATH_MAX];
  if (!named(to_at, to, full)) return REAL(linkat)(from_at, from, to_at, to, flags);
  pthread_mutex_lock(&turn);
  if (access(full, F_OK)) note(CREATE, full, 0, 0, 0, NULL, 0);
  int done = REAL(linkat)(from_at, from, to_at, to, flags);
  pthread_mutex_unlock(&turn);
  return done;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset) {
  if (fd >= 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE) && ours(fd)) die("mapped for writing", ours(fd));
  return REAL(mmap64)(at, size, protection, flags, fd, offset);
}
void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  return mmap64(at, size, protection, flags, fd, offset);
}

/* Calls whose effect is not followed. */
#define UNKNOWN(type, name, fd, parameters, ...) \
  type name parameters { \
    if (ours(fd)) die(#name " is not followed", ours(fd)); \
    return REAL(name)(__VA_ARGS__); \
  }
UNKNOWN(ssize_t, writev, fd, (int fd, const struct iovec *parts, int count), fd, parts, count)
UNKNOWN(ssize_t, pwritev64, fd, (int fd, const struct iovec *parts, int count, off64_t offset), fd, parts, count, offset)
UNKNOWN(ssize_t, pwritev, fd, (int fd, const struct iovec *parts, int count, off_t offset), fd, parts, count, offset)
UNKNOWN(int, fallocate64, fd, (int fd, int mode, off64_t offset, off64_t size), fd, mode, offset, size)
UNKNOWN(int, posix_fallocate64, fd, (int fd, off64_t offset, off64_t size), fd, offset, size)
UNKNOWN(ssize_t, copy_file_range, to, (int from, off64_t *a, int to, off64_t *b, size_t size, unsigned flags), from, a, to, b, size, flags)
UNKNOWN(ssize_t, sendfile64, to, (int to, int from, off64_t *offset, size_t size), to, from, offset, size)
