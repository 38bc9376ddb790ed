/*
 * files.c - the flash file system: entries, chains of extents, room in the store.
 */
#include "sim/files.h"

#include <string.h>

#include "sim/internal.h"

static const char *const directory_names[SIM_DIRECTORIES] = {"/custapp/", "/fota/", "/datatx/",
                                                             "/customer/"};

const char *sim_directory(size_t index)
{
    return index < SIM_DIRECTORIES ? directory_names[index] : NULL;
}

/* ---- names --------------------------------------------------------------------------------- */

bool sim_files_path(const char *path, size_t length, uint8_t *ret_directory, const char **ret_name,
                    size_t *ret_length)
{
    for (uint8_t i = 0; i < SIM_DIRECTORIES; i++) {
        size_t prefix = strlen(directory_names[i]);
        if (length <= prefix || length - prefix >= SIM_FILE_NAME ||
            memcmp(path, directory_names[i], prefix) != 0)
            continue;
        *ret_directory = i;
        *ret_name = path + prefix;
        *ret_length = length - prefix;
        return memchr(*ret_name, '/', *ret_length) == NULL;
    }
    return false;
}

uint8_t sim_files_find(const struct sim_files *files, uint8_t directory, const char *name,
                       size_t length)
{
    if (length == 0 || length >= SIM_FILE_NAME)
        return SIM_NO_FILE;
    const struct sim_file_entry *entry = files->entries, *end = entry + SIM_FILES;
    for (; entry < end; entry++) {
        if (entry->directory != directory)
            continue; /* most of them: at every restart ten names are looked for in vain */
        if (entry->name[length] == '\0' && memcmp(entry->name, name, length) == 0)
            return (uint8_t)(entry - files->entries);
    }
    return SIM_NO_FILE;
}

static uint8_t find_path(const struct sim_files *files, const char *path)
{
    uint8_t directory;
    const char *name;
    size_t length;
    if (!path || !sim_files_path(path, strlen(path), &directory, &name, &length))
        return SIM_NO_FILE;
    return sim_files_find(files, directory, name, length);
}

size_t sim_files_name(const struct sim_context *ctx, uint8_t file, uint8_t directory, char *path)
{
    const struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    const char *folder = directory < SIM_DIRECTORIES ? directory_names[directory] : "/";
    size_t prefix = strlen(folder);
    size_t length = strlen(entry->name);
    memcpy(path, folder, prefix);
    memcpy(path + prefix, entry->name, length + 1);
    return prefix + length;
}

void sim_files_tell(struct sim_context *ctx, uint8_t file)
{
    if (file == SIM_NO_FILE)
        return;
    const struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    if (entry->directory >= SIM_DIRECTORIES)
        return;
    char path[SIM_FILE_PATH];
    size_t length = sim_files_name(ctx, file, entry->directory, path);
    sim_tell(ctx, SIM_EVENT_FILE, entry->size_bytes, path, length);
}

/* ---- extents ------------------------------------------------------------------------------- */

static struct sim_extent *extent_at(struct sim_context *ctx, uint8_t link)
{
    return &ctx->sim->files.extents[link - 1];
}

/* Links a new, still empty piece to the end of a file; 0 = none is left. */
static uint8_t extent_new(struct sim_context *ctx, struct sim_file_entry *entry, uint16_t blob,
                          uint32_t offset)
{
    for (uint8_t link = 1; link <= SIM_EXTENTS; link++) {
        struct sim_extent *extent = extent_at(ctx, link);
        if (extent->size_bytes)
            continue;
        extent->digest_before = entry->digest;
        extent->offset = offset;
        extent->blob = blob;
        if (entry->last)
            extent_at(ctx, entry->last)->next = link;
        else
            entry->first = link;
        entry->last = link;
        return link;
    }
    return 0;
}

/* Bytes at the end of the store that no file has any more are free at once. */
static void store_release(struct sim_store *store, uint32_t from, uint32_t to)
{
    if (to == store->used && to > store->pinned)
        store->used = from > store->pinned ? from : store->pinned;
}

/* Gives back a chain from `link` to its end. */
static void chain_free(struct sim_context *ctx, uint8_t link)
{
    while (link) {
        struct sim_extent *extent = extent_at(ctx, link);
        link = extent->next;
        if (extent->blob == SIM_EXTENT_IN_STORE)
            store_release(ctx->host->store, extent->offset, extent->offset + extent->size_bytes);
        memset(extent, 0, sizeof *extent);
    }
}

/* A piece of a blob enters by the blob's digest, so that no package is ever read for it. */
static uint64_t extent_digest(const struct sim_host *host, const struct sim_extent *extent,
                              uint64_t before)
{
    if (extent->blob == SIM_EXTENT_IN_STORE)
        return sim_digest(before, host->store->bytes + extent->offset, extent->size_bytes);
    const struct sim_blob *blob = &host->config->blobs[extent->blob];
    if (before == SIM_DIGEST && extent->offset == 0 && extent->size_bytes == blob->size_bytes)
        return blob->digest;
    uint8_t identity[16];
    for (unsigned i = 0; i < 8; i++)
        identity[i] = (uint8_t)(blob->digest >> (8 * i));
    for (unsigned i = 0; i < 4; i++) {
        identity[8 + i] = (uint8_t)(extent->offset >> (8 * i));
        identity[12 + i] = (uint8_t)(extent->size_bytes >> (8 * i));
    }
    return sim_digest(before, identity, sizeof identity);
}

/* Works the digest out again from piece `link` on, whose own digest_before is right. */
static void digest_again(struct sim_context *ctx, struct sim_file_entry *entry, uint8_t link)
{
    uint64_t digest = extent_at(ctx, link)->digest_before;
    for (; link; link = extent_at(ctx, link)->next) {
        extent_at(ctx, link)->digest_before = digest;
        digest = extent_digest(ctx->host, extent_at(ctx, link), digest);
    }
    entry->digest = digest;
}

/* ---- room ---------------------------------------------------------------------------------- */

/* Values of commands take no room of the files; what lies in RAM takes none of the flash. */
uint32_t sim_files_free(const struct sim_context *ctx)
{
    uint64_t used = 0;
    for (unsigned i = 0; i < SIM_FILES; i++)
        if (ctx->sim->files.entries[i].directory != SIM_DIRECTORY_KEPT &&
            ctx->sim->files.entries[i].directory != SIM_DIRECTORY_HIDDEN)
            used += ctx->sim->files.entries[i].size_bytes;
    uint64_t size = (uint64_t)sim_setting(ctx, SIM_SETTING_FLASH_SIZE);
    return used < size ? (uint32_t)(size - used) : 0;
}

/* What lies in RAM has the room of the flash once more, all of it together. */
static uint32_t room_for(const struct sim_context *ctx, uint8_t directory)
{
    uint64_t used = 0, size = (uint64_t)sim_setting(ctx, SIM_SETTING_FLASH_SIZE);
    if (directory != SIM_DIRECTORY_HIDDEN)
        return sim_files_free(ctx);
    for (unsigned i = 0; i < SIM_FILES; i++)
        if (ctx->sim->files.entries[i].directory == SIM_DIRECTORY_HIDDEN)
            used += ctx->sim->files.entries[i].size_bytes;
    return used < size ? (uint32_t)(size - used) : 0;
}

/* The piece in the store with the lowest offset that is not below `from`; NULL = none. */
static struct sim_extent *extent_above(struct sim_files *files, uint32_t from)
{
    struct sim_extent *found = NULL;
    for (unsigned i = 0; i < SIM_EXTENTS; i++) {
        struct sim_extent *extent = &files->extents[i];
        if (extent->size_bytes && extent->blob == SIM_EXTENT_IN_STORE && extent->offset >= from &&
            (!found || extent->offset < found->offset))
            found = extent;
    }
    return found;
}

/* Closes the gaps that deleted files left above what snapshots hold. */
static void store_compact(struct sim_context *ctx)
{
    struct sim_store *store = ctx->host->store;
    struct sim_files *files = &ctx->sim->files;
    uint32_t to = store->pinned;
    for (unsigned i = 0; i < SIM_EXTENTS; i++) {
        const struct sim_extent *extent = &files->extents[i];
        if (extent->size_bytes && extent->blob == SIM_EXTENT_IN_STORE &&
            extent->offset < store->pinned && extent->offset + extent->size_bytes > to)
            to = extent->offset + extent->size_bytes;
    }
    uint32_t from = to;
    for (struct sim_extent *next; (next = extent_above(files, from)) != NULL;) {
        from = next->offset + next->size_bytes;
        memmove(store->bytes + to, store->bytes + next->offset, next->size_bytes);
        next->offset = to;
        to += next->size_bytes;
    }
    store->used = to;
}

static bool store_has_room(struct sim_context *ctx, size_t size)
{
    struct sim_store *store = ctx->host->store;
    if (store->capacity - store->used < size)
        store_compact(ctx);
    return store->capacity - store->used >= size;
}

/* ---- files --------------------------------------------------------------------------------- */

uint8_t sim_files_create(struct sim_context *ctx, uint8_t directory, const char *name,
                         size_t length)
{
    struct sim_files *files = &ctx->sim->files;
    uint8_t file = sim_files_find(files, directory, name, length);
    if (file != SIM_NO_FILE) {
        sim_files_truncate(ctx, file, 0);
        return file;
    }
    if (length == 0 || length >= SIM_FILE_NAME)
        return SIM_NO_FILE;
    for (file = 0; file < SIM_FILES; file++) {
        struct sim_file_entry *entry = &files->entries[file];
        if (entry->name[0])
            continue;
        memcpy(entry->name, name, length);
        entry->directory = directory;
        entry->digest = SIM_DIGEST;
        return file;
    }
    return SIM_NO_FILE;
}

bool sim_files_append(struct sim_context *ctx, uint8_t file, const void *bytes, size_t size)
{
    struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    struct sim_store *store = ctx->host->store;
    if (size == 0)
        return true;
    bool fits = entry->directory == SIM_DIRECTORY_KEPT || size <= room_for(ctx, entry->directory);
    if (!fits || !store_has_room(ctx, size))
        return false;
    uint8_t link = entry->last;
    const struct sim_extent *last = link ? extent_at(ctx, link) : NULL;
    if (!last || last->blob != SIM_EXTENT_IN_STORE ||
        last->offset + last->size_bytes != store->used)
        link = extent_new(ctx, entry, SIM_EXTENT_IN_STORE, store->used);
    if (!link)
        return false;
    memcpy(store->bytes + store->used, bytes, size);
    store->used += (uint32_t)size;
    extent_at(ctx, link)->size_bytes += (uint32_t)size;
    entry->size_bytes += (uint32_t)size;
    entry->digest = sim_digest(entry->digest, bytes, size);
    return true;
}

bool sim_files_append_blob(struct sim_context *ctx, uint8_t file, uint16_t blob, uint32_t offset,
                           uint32_t size)
{
    struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    const struct sim_config *config = ctx->host->config;
    if (size == 0)
        return true;
    if (blob >= config->blob_count || offset > config->blobs[blob].size_bytes ||
        size > config->blobs[blob].size_bytes - offset || size > sim_files_free(ctx))
        return false;
    uint8_t link = entry->last;
    const struct sim_extent *last = link ? extent_at(ctx, link) : NULL;
    if (!last || last->blob != blob || last->offset + last->size_bytes != offset)
        link = extent_new(ctx, entry, blob, offset);
    if (!link)
        return false;
    extent_at(ctx, link)->size_bytes += size;
    entry->size_bytes += size;
    digest_again(ctx, entry, link);
    return true;
}

void sim_files_truncate(struct sim_context *ctx, uint8_t file, uint32_t size)
{
    struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    if (size >= entry->size_bytes)
        return;
    entry->size_bytes = size;
    if (size == 0) {
        chain_free(ctx, entry->first);
        entry->first = entry->last = 0;
        entry->digest = SIM_DIGEST;
        return;
    }
    uint8_t link = entry->first;
    for (; size > extent_at(ctx, link)->size_bytes; link = extent_at(ctx, link)->next)
        size -= extent_at(ctx, link)->size_bytes;
    struct sim_extent *extent = extent_at(ctx, link);
    chain_free(ctx, extent->next);
    if (extent->blob == SIM_EXTENT_IN_STORE)
        store_release(ctx->host->store, extent->offset + size, extent->offset + extent->size_bytes);
    extent->size_bytes = size;
    extent->next = 0;
    entry->last = link;
    digest_again(ctx, entry, link);
}

void sim_files_delete(struct sim_context *ctx, uint8_t file)
{
    struct sim_files *files = &ctx->sim->files;
    if (ctx->sim->download.file == file + 1)
        ctx->sim->download.file = 0;
    if (files->upload_file == file + 1) {
        files->upload_file = 0;
        files->upload_failed = 1;
    }
    sim_files_truncate(ctx, file, 0);
    sim_files_tell(ctx, file);
    memset(&files->entries[file], 0, sizeof files->entries[file]);
}

size_t sim_files_read(const struct sim_files *files, const struct sim_host *host, uint8_t file,
                      uint32_t offset, void *buffer, size_t size)
{
    uint8_t *to = buffer;
    size_t done = 0;
    for (uint8_t link = files->entries[file].first; link && done < size;) {
        const struct sim_extent *extent = &files->extents[link - 1];
        link = extent->next;
        if (offset >= extent->size_bytes) {
            offset -= extent->size_bytes;
            continue;
        }
        const uint8_t *from = extent->blob == SIM_EXTENT_IN_STORE
                                  ? host->store->bytes
                                  : host->config->blobs[extent->blob].bytes;
        size_t piece = extent->size_bytes - offset;
        if (piece > size - done)
            piece = size - done;
        memcpy(to + done, from + extent->offset + offset, piece);
        done += piece;
        offset = 0;
    }
    return done;
}

const struct sim_blob *sim_files_blob(const struct sim_context *ctx, uint8_t file)
{
    const struct sim_files *files = &ctx->sim->files;
    const struct sim_file_entry *entry = &files->entries[file];
    if (!entry->first || entry->first != entry->last)
        return NULL;
    const struct sim_extent *extent = &files->extents[entry->first - 1];
    if (extent->blob == SIM_EXTENT_IN_STORE)
        return NULL;
    const struct sim_blob *blob = &ctx->host->config->blobs[extent->blob];
    return extent->offset == 0 && extent->size_bytes == blob->size_bytes ? blob : NULL;
}

/* ---- from outside -------------------------------------------------------------------------- */

void sim_files_init(struct sim_context *ctx)
{
    const struct sim_config *config = ctx->host->config;
    for (unsigned i = 0; i < config->initial_file_count && i < SIM_INITIAL_FILES; i++) {
        const struct sim_initial_file *initial = &config->initial_files[i];
        const char *end = memchr(initial->name, '\0', sizeof initial->name);
        if (!end || initial->directory >= SIM_DIRECTORIES || initial->blob >= config->blob_count)
            continue;
        uint8_t file =
            sim_files_create(ctx, initial->directory, initial->name, (size_t)(end - initial->name));
        uint32_t size = config->blobs[initial->blob].size_bytes;
        if (size > initial->size_bytes)
            size = initial->size_bytes;
        if (file != SIM_NO_FILE)
            sim_files_append_blob(ctx, file, initial->blob, 0, size);
    }
}

/* What was sent over the port is in RAM until it is complete (CFSINIT "gets a RAM buffer"). */
void sim_files_forget_upload(struct sim_context *ctx)
{
    struct sim_files *files = &ctx->sim->files;
    uint8_t file = (uint8_t)(files->upload_file - 1);
    if (files->upload_file && files->entries[file].directory == SIM_DIRECTORY_HIDDEN)
        sim_files_delete(ctx, file);
    else if (files->upload_file)
        sim_files_truncate(ctx, file, files->upload_size_bytes);
    files->upload_file = 0;
    files->upload_failed = 0;
    files->upload_size_bytes = 0;
    files->upload_directory = 0;
}

void sim_files_reset(struct sim_context *ctx, enum sim_reset reset)
{
    (void)reset;
    sim_files_forget_upload(ctx);
    ctx->sim->files.open = 0;
}

/* Makes a border between two pieces at `offset` of a file; returns the piece that begins there. */
static uint8_t split(struct sim_context *ctx, struct sim_file_entry *entry, uint32_t offset)
{
    uint8_t link = entry->first;
    while (link && offset >= extent_at(ctx, link)->size_bytes) {
        offset -= extent_at(ctx, link)->size_bytes;
        link = extent_at(ctx, link)->next;
    }
    if (!link || offset == 0)
        return link;
    struct sim_extent *extent = extent_at(ctx, link);
    uint8_t last = entry->last;
    uint8_t rest = extent_new(ctx, entry, extent->blob, extent->offset + offset);
    if (!rest)
        return 0;
    /* extent_new() linked it to the end; its place is behind `extent`. */
    extent_at(ctx, rest)->size_bytes = extent->size_bytes - offset;
    if (last != link) {
        extent_at(ctx, last)->next = 0;
        extent_at(ctx, rest)->next = extent->next;
        extent->next = rest;
        entry->last = last;
    }
    extent->size_bytes = offset;
    digest_again(ctx, entry, link);
    return rest;
}

/* Inverts one byte; a byte of a blob or of a snapshot is replaced by one in the store. */
static bool damage(struct sim_context *ctx, uint8_t file, uint32_t offset)
{
    struct sim_file_entry *entry = &ctx->sim->files.entries[file];
    struct sim_store *store = ctx->host->store;
    uint8_t byte;
    if (offset >= entry->size_bytes || !store_has_room(ctx, 1) ||
        sim_files_read(&ctx->sim->files, ctx->host, file, offset, &byte, 1) != 1)
        return false;
    uint8_t link = split(ctx, entry, offset);
    if (!link || (offset + 1 < entry->size_bytes && !split(ctx, entry, offset + 1)))
        return false;
    struct sim_extent *extent = extent_at(ctx, link);
    if (extent->blob != SIM_EXTENT_IN_STORE || extent->offset < store->pinned) {
        extent->blob = SIM_EXTENT_IN_STORE;
        extent->offset = store->used++;
    }
    store->bytes[extent->offset] = (uint8_t)~byte;
    digest_again(ctx, entry, link);
    return true;
}

bool sim_files_apply(struct sim_context *ctx, const struct sim_action *action)
{
    uint8_t file = find_path(&ctx->sim->files, action->text);
    if (file == SIM_NO_FILE)
        return false;
    if (action->kind == SIM_ACTION_FILE_DELETE) {
        sim_files_delete(ctx, file);
        return true;
    }
    if (action->kind == SIM_ACTION_FILE_TRUNCATE)
        sim_files_truncate(ctx, file, action->number);
    else if (action->kind != SIM_ACTION_FILE_DAMAGE || !damage(ctx, file, action->number))
        return false;
    sim_files_tell(ctx, file);
    return true;
}

bool sim_file(const struct sim *sim, const char *path, uint32_t *ret_size_bytes,
              uint64_t *ret_digest)
{
    uint8_t file = find_path(&sim->files, path);
    if (file == SIM_NO_FILE)
        return false;
    *ret_size_bytes = sim->files.entries[file].size_bytes;
    *ret_digest = sim->files.entries[file].digest;
    return true;
}

size_t sim_file_read(const struct sim *sim, const struct sim_host *host, const char *path,
                     uint32_t offset, void *buffer, size_t size)
{
    uint8_t file = find_path(&sim->files, path);
    return file == SIM_NO_FILE ? 0 : sim_files_read(&sim->files, host, file, offset, buffer, size);
}

/* ---- hidden files: of RAM, not the user's ------------------------------------------------------
 */

uint8_t sim_hidden_find(const struct sim_context *ctx, const char *name)
{
    return sim_files_find(&ctx->sim->files, SIM_DIRECTORY_HIDDEN, name, strlen(name));
}

uint32_t sim_hidden_size(const struct sim_context *ctx, const char *name)
{
    uint8_t file = sim_hidden_find(ctx, name);
    return file == SIM_NO_FILE ? 0 : ctx->sim->files.entries[file].size_bytes;
}

void sim_hidden_delete(struct sim_context *ctx, const char *name)
{
    uint8_t file = sim_hidden_find(ctx, name);
    if (file != SIM_NO_FILE)
        sim_files_delete(ctx, file);
}
