/* stream.c - a report that is written while the run goes on: cases first, the head at the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/file.h"
#include "reports/internal.h"

/* Where the text of a case lies in the unnamed file. */
struct place {
    uint64_t offset;
    uint32_t size; /* 0 = the case has not ended */
};

struct report_stream {
    const struct report_run *run;
    const struct report_format *format;
    void *own; /* the format's */
    char *path;
    FILE *out; /* not owned; NULL = the path's file */
    FILE *cases;
    uint64_t size;
    struct place *places; /* by index of the case */
    size_t place_count;
    struct report_buffer text; /* of one case */
    int trouble;               /* errno of the first write that failed; 0 = none */
    bool no_memory;
};

static int no_memory(struct report_error *reterr_error, const char *path)
{
    return report_fail(reterr_error, "%s: memory ran out while the report was made", path);
}

static int not_written(struct report_error *reterr_error, const char *path, int error)
{
    return report_fail(reterr_error, "%s: can't be written: %s", path, strerror(error));
}

/* To the path, or to `out`, of which the path is the name. */
static int open_stream(struct report_run *run, const struct report_format *format, const char *path,
                       FILE *out, struct report_error *reterr_error)
{
    struct report_stream *stream = calloc(1, sizeof *stream);
    if (!stream || run->stream_count == REPORT_STREAMS_MAX) {
        free(stream);
        return no_memory(reterr_error, path);
    }
    stream->run = run;
    stream->format = format;
    stream->out = out;
    stream->path = strdup(path);
    stream->own = stream->path ? format->begin(run, path) : NULL;
    if (stream->own)
        stream->cases = out ? tmpfile() : report_file_unnamed(path);
    if (stream->cases) {
        run->streams[run->stream_count++] = stream;
        return 0;
    }
    int result =
        stream->own ? not_written(reterr_error, path, errno) : no_memory(reterr_error, path);
    report_stream_free(stream);
    return result;
}

int report_stream_open(struct report_run *run, const struct report_format *format, const char *path,
                       struct report_error *reterr_error)
{
    return open_stream(run, format, path, NULL, reterr_error);
}

int report_stream_open_out(struct report_run *run, const struct report_format *format, FILE *out,
                           struct report_error *reterr_error)
{
    return open_stream(run, format, "standard output", out, reterr_error);
}

void report_stream_free(struct report_stream *stream)
{
    if (stream->own)
        stream->format->done(stream->own);
    if (stream->cases)
        fclose(stream->cases);
    report_buffer_free(&stream->text);
    free(stream->places);
    free(stream->path);
    free(stream);
}

/* ---- cases --------------------------------------------------------------------------------- */

static bool grow_places(struct report_stream *stream)
{
    size_t wanted = stream->run->entry_capacity;
    if (stream->place_count >= stream->run->entry_count)
        return true;
    struct place *grown = realloc(stream->places, wanted * sizeof *grown);
    if (!grown)
        return false;
    memset(grown + stream->place_count, 0, (wanted - stream->place_count) * sizeof *grown);
    stream->places = grown;
    stream->place_count = wanted;
    return true;
}

void report_stream_case(struct report_stream *stream, size_t index, const struct report_case *c)
{
    struct report_buffer *text = &stream->text;
    report_buffer_clear(text);
    if (!grow_places(stream) || !stream->format->add_case(stream->own, c, text) || text->failed) {
        stream->no_memory = true;
        return;
    }
    if (fwrite(report_buffer_text(text), 1, text->size, stream->cases) != text->size &&
        !stream->trouble)
        stream->trouble = errno ? errno : EIO;
    stream->places[index] = (struct place){stream->size, (uint32_t)text->size};
    stream->size += text->size;
}

/* Texts of neighbours lie side by side, so the file is read from its begin to its end. */
static void copy_place(struct report_stream *stream, const struct place *place, FILE *out)
{
    char bytes[4096];
    size_t left = place->size;
    if (ftello(stream->cases) != (off_t)place->offset &&
        fseeko(stream->cases, (off_t)place->offset, SEEK_SET) != 0)
        stream->trouble = errno;
    while (left > 0 && !stream->trouble) {
        size_t size = fread(bytes, 1, left < sizeof bytes ? left : sizeof bytes, stream->cases);
        if (size == 0)
            stream->trouble = ferror(stream->cases) ? errno : EIO;
        fwrite(bytes, 1, size, out);
        left -= size;
    }
}

void report_stream_copy(struct report_stream *stream, size_t index, FILE *out)
{
    if (index < stream->place_count && stream->places[index].size) {
        copy_place(stream, &stream->places[index], out);
        return;
    }
    const struct report_case c = report_case_at(stream->run, index);
    struct report_buffer *text = &stream->text;
    report_buffer_clear(text);
    if (!stream->format->add_case(stream->own, &c, text) || text->failed)
        stream->no_memory = true;
    fwrite(report_buffer_text(text), 1, text->size, out);
}

/* ---- the end ------------------------------------------------------------------------------- */

static int write_out(struct report_stream *stream, struct report_error *reterr_error)
{
    if (!stream->format->write(stream->own, stream, stream->out) || stream->no_memory)
        return no_memory(reterr_error, stream->path);
    if (stream->trouble || fflush(stream->out) != 0)
        return not_written(reterr_error, stream->path, stream->trouble ? stream->trouble : errno);
    return 0;
}

/* More cases may follow: they go behind those that are there. */
static int write_stream(struct report_stream *stream, struct report_error *reterr_error)
{
    struct report_file file;
    if (!stream->trouble && (fflush(stream->cases) != 0 || fseeko(stream->cases, 0, SEEK_SET) != 0))
        stream->trouble = errno;
    if (stream->trouble)
        return not_written(reterr_error, stream->path, stream->trouble);
    if (stream->no_memory)
        return no_memory(reterr_error, stream->path);
    if (stream->out)
        return write_out(stream, reterr_error);
    if (report_file_open(&file, stream->path) != 0)
        return not_written(reterr_error, stream->path, errno);
    stream->no_memory = !stream->format->write(stream->own, stream, file.out) || stream->no_memory;
    if (stream->no_memory || stream->trouble) {
        report_file_discard(&file);
        return stream->trouble ? not_written(reterr_error, stream->path, stream->trouble)
                               : no_memory(reterr_error, stream->path);
    }
    if (report_file_close(&file, REPORT_FILE_WHOLE) != 0 ||
        fseeko(stream->cases, (off_t)stream->size, SEEK_SET) != 0)
        return not_written(reterr_error, stream->path, errno);
    return 0;
}

/*
 * All of them (of a run that is not over, not what is no file), with a case for `unfinished`, if
 * that is not NULL. The first trouble is told.
 */
static int write_streams(struct report_run *run, const char *unfinished, bool is_over,
                         struct report_error *reterr_error)
{
    int result = 0;
    if (unfinished && !report_add_unfinished(run, unfinished))
        return no_memory(reterr_error, "the reports");
    for (size_t i = 0; i < run->stream_count; i++)
        if ((is_over || !run->streams[i]->out) &&
            write_stream(run->streams[i], result ? NULL : reterr_error) != 0)
            result = -1;
    report_remove_unfinished(run);
    return result;
}

int report_write_unfinished(struct report_run *run, uint64_t now_ms,
                            struct report_error *reterr_error)
{
    uint64_t ended_at_ms = run->ended_at_ms;
    run->ended_at_ms = now_ms;
    int result = write_streams(run, "the run goes on, or was killed", false, reterr_error);
    run->ended_at_ms = ended_at_ms;
    return result;
}

int report_close(struct report_run *run, struct report_error *reterr_error)
{
    int result = write_streams(run, run->stopped_because, true, reterr_error);
    for (size_t i = 0; i < run->stream_count; i++)
        report_stream_free(run->streams[i]);
    run->stream_count = 0;
    return result;
}
