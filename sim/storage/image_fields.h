/*
 * image_fields.h - the members of struct sim, one row each: how an image holds it and which values
 * are possible. sim/test/test_image.c fails when a member has no row.
 *
 * NUMBER(member, keep, minimum, maximum), TIME(member, keep), TEXT(member, keep) with a NUL in it,
 * BYTES(member, keep), EMPTY(member): always zero in an image. EACH_ in front: a member of every
 * item of an array, EACH_TEXT(array, member, keep); an S behind: an array, NUMBERS and TIMES.
 *
 * keep: FLASH stays when the power is cut, RAM does not. A range is what makes a forged image
 * harmless: where a value is an index, its maximum is the last index.
 */
#ifndef FOTARIG_SIM_STORAGE_IMAGE_FIELDS_H
#define FOTARIG_SIM_STORAGE_IMAGE_FIELDS_H

#define SIM_IMAGE_ANY (-9223372036854775807 - 1), 9223372036854775807

#define SIM_IMAGE_FIELDS(NUMBER, TIME, TEXT, BYTES, EMPTY, EACH_NUMBER, EACH_TEXT, NUMBERS, TIMES) \
    TIME(seen_at_us, RAM)                                                                          \
    NUMBER(stat_lost_output_bytes, RAM, SIM_IMAGE_ANY)                                             \
    NUMBER(stat_lost_input_bytes, RAM, SIM_IMAGE_ANY)                                              \
    TEXT(imei, FLASH)                                                                              \
    /* power */                                                                                    \
    TIME(power.started_at_us, RAM)                                                                 \
    TIME(power.engine_at_us, RAM)                                                                  \
    NUMBER(power.random, RAM, SIM_IMAGE_ANY)                                                       \
    NUMBER(power.boots, RAM, SIM_IMAGE_ANY)                                                        \
    NUMBER(power.resets, RAM, SIM_IMAGE_ANY)                                                       \
    NUMBER(power.state, RAM, 0, SIM_POWER_DEAD)                                                    \
    NUMBER(power.plan, RAM, 0, SIM_PLAN_HELD)                                                      \
    NUMBER(power.boot_step, RAM, 0, 255)                                                           \
    NUMBER(power.hang, RAM, 0, SIM_HANG_COUNT - 1)                                                 \
    NUMBER(power.was_on, RAM, 0, 1)                                                                \
    NUMBER(power.late_ok, RAM, 0, 1)                                                               \
    NUMBER(power.low_supply, RAM, 0, 2)                                                            \
    NUMBER(power.browned, RAM, 0, 1)                                                               \
    TIME(power.off_at_us, RAM)                                                                     \
    NUMBER(power.nv_writes, RAM, 0, UINT32_MAX)                                                    \
    NUMBER(power.broken, FLASH, 0, 1)                                                              \
    NUMBER(power.way, RAM, 0, SIM_RESET_COUNT - 1)                                                 \
    EMPTY(power.reserved)                                                                          \
    TIMES(supply.point_at_us, RAM)                                                                 \
    NUMBERS(supply.point_mv, RAM, 0, 6000)                                                         \
    NUMBER(supply.point_count, RAM, 0, SIM_SUPPLY_POINTS)                                          \
    EMPTY(supply.reserved)                                                                         \
    /* port */                                                                                     \
    TIME(port.ended_at_us, RAM)                                                                    \
    TIME(port.echo_at_us, RAM)                                                                     \
    TIME(port.dtr_at_us, RAM)                                                                      \
    TIME(port.message_at_us, RAM)                                                                  \
    TIME(port.ring_at_us, RAM)                                                                     \
    NUMBER(port.rate_bps, RAM, 0, 4000000)                                                         \
    NUMBER(port.next_rate_bps, RAM, 0, 4000000)                                                    \
    NUMBER(port.data_left_bytes, RAM, 0, UINT32_MAX)                                               \
    NUMBER(port.type_ahead_length, RAM, 0, SIM_TYPE_AHEAD_SIZE)                                    \
    NUMBER(port.output_head, RAM, 0, SIM_OUTPUT_SIZE)                                              \
    NUMBER(port.output_free, RAM, 0, SIM_OUTPUT_SIZE)                                              \
    NUMBER(port.output_end, RAM, 0, SIM_OUTPUT_SIZE)                                               \
    NUMBER(port.rate_position, RAM, 0, SIM_OUTPUT_SIZE)                                            \
    NUMBER(port.rate_pending, RAM, 0, 2)                                                           \
    NUMBER(port.rate_found, RAM, 0, 1)                                                             \
    NUMBER(port.autobaud_tries, RAM, 0, 255)                                                       \
    NUMBER(port.typed.length, RAM, 0, SIM_LINE_SIZE)                                               \
    NUMBER(port.typed.scan, RAM, 0, SIM_SCAN_SYNC)                                                 \
    NUMBER(port.typed.overflow, RAM, 0, 1)                                                         \
    NUMBER(port.typed.waiting, RAM, 0, 1)                                                          \
    EMPTY(port.typed.reserved)                                                                     \
    NUMBER(port.line_ended, RAM, 0, 1)                                                             \
    NUMBER(port.taker, RAM, 0, SIM_TAKER_COUNT - 1)                                                \
    NUMBER(port.bulk_count, RAM, 0, SIM_BULK_SLOTS)                                                \
    EMPTY(port.urc_open)                                                                           \
    EMPTY(port.discard)                                                                            \
    NUMBER(port.urc_begin, RAM, 0, SIM_OUTPUT_SIZE)                                                \
    EACH_NUMBER(port.bulk, offset, RAM, 0, UINT32_MAX)                                             \
    EACH_NUMBER(port.bulk, left_bytes, RAM, 0, UINT32_MAX)                                         \
    EACH_NUMBER(port.bulk, position, RAM, 0, SIM_OUTPUT_SIZE)                                      \
    EACH_NUMBER(port.bulk, file, RAM, 0, SIM_FILES - 1)                                            \
    EACH_NUMBER(port.bulk, interfaces, RAM, 0, 7)                                                  \
    BYTES(port.typed.text, RAM)                                                                    \
    BYTES(port.type_ahead, RAM)                                                                    \
    BYTES(port.output, RAM)                                                                        \
    NUMBER(port.echo_end, RAM, 0, SIM_OUTPUT_SIZE)                                                 \
    NUMBER(port.terminal_gone, RAM, 0, 1)                                                          \
    EMPTY(port.reserved)                                                                           \
    NUMBER(port.paused, RAM, 0, 3)                                                                 \
    /* interpreter */                                                                              \
    NUMBER(interpreter.command_count, RAM, 0, UINT32_MAX)                                          \
    NUMBER(interpreter.cursor, RAM, 0, SIM_LINE_SIZE)                                              \
    NUMBER(interpreter.state, RAM, 0, SIM_INTERPRETER_HELD)                                        \
    NUMBER(interpreter.answered, RAM, 0, 1)                                                        \
    NUMBER(interpreter.held, RAM, 0, 1)                                                            \
    NUMBER(interpreter.abortable, RAM, 0, 1)                                                       \
    NUMBER(interpreter.unheard, RAM, 0, 1)                                                         \
    EMPTY(interpreter.reserved)                                                                    \
    /* radio */                                                                                    \
    TIME(radio.clock_at_us, RAM)                                                                   \
    TIME(radio.gnss_on_at_us, RAM)                                                                 \
    NUMBER(radio.clock_s, RAM, 0, 253402300799)                                                    \
    NUMBER(radio.operator_wanted, RAM, SIM_IMAGE_ANY)                                              \
    NUMBER(radio.coverage, RAM, 0, 1)                                                              \
    NUMBER(radio.registration, RAM, 0, 10)                                                         \
    NUMBER(radio.attached, RAM, 0, 1)                                                              \
    NUMBER(radio.sim_unlocked, RAM, 0, 1)                                                          \
    NUMBER(radio.pin_left, FLASH, 0, 10)                                                           \
    NUMBER(radio.operator_format, RAM, 0, 2)                                                       \
    NUMBER(radio.work, RAM, 0, SIM_RADIO_OPERATOR)                                                 \
    NUMBER(radio.zone, FLASH, -96, 96)                                                             \
    NUMBER(radio.puk_left, FLASH, 0, 10)                                                           \
    NUMBER(radio.call, RAM, 0, 3)                                                                  \
    NUMBER(radio.gnss_data, RAM, 0, 1)                                                             \
    NUMBER(radio.rrc, RAM, 0, 255)                                                                 \
    NUMBER(radio.cell, RAM, 0, SIM_CELLS - 1)                                                      \
    NUMBER(radio.detached, RAM, 0, 1)                                                              \
    NUMBER(radio.messaging_due, RAM, 0, 1)                                                         \
    EMPTY(radio.reserved)                                                                          \
    /* packet data */                                                                              \
    NUMBER(packet.bearer, RAM, 0, 2)                                                               \
    NUMBER(packet.bearer_mode, RAM, 0, 255)                                                        \
    NUMBER(packet.bearer_closing, RAM, 0, 1)                                                       \
    NUMBER(packet.ip_type, FLASH, 0, 255)                                                          \
    NUMBER(packet.authentication, FLASH, 0, 255)                                                   \
    EMPTY(packet.reserved)                                                                         \
    TEXT(packet.bearer_apn, RAM)                                                                   \
    TEXT(packet.apn, FLASH)                                                                        \
    TEXT(packet.user, FLASH)                                                                       \
    TEXT(packet.password, FLASH)                                                                   \
    EACH_NUMBER(packet.contexts, cid, FLASH, 0, 24)                                                \
    EACH_TEXT(packet.contexts, type, FLASH)                                                        \
    EACH_TEXT(packet.contexts, apn, FLASH)                                                         \
    /* files: the rest of them are records of their own */                                         \
    NUMBER(files.upload_size_bytes, RAM, 0, UINT32_MAX)                                            \
    NUMBER(files.upload_file, RAM, 0, SIM_FILES)                                                   \
    NUMBER(files.upload_directory, RAM, 0, SIM_DIRECTORIES - 1)                                    \
    NUMBER(files.upload_failed, RAM, 0, 1)                                                         \
    NUMBER(files.open, RAM, 0, 1)                                                                  \
    EMPTY(files.extents)                                                                           \
    EMPTY(files.entries)                                                                           \
    /* download */                                                                                 \
    TIME(download.body_at_us, RAM)                                                                 \
    TIME(download.due_at_us, RAM)                                                                  \
    TIME(download.refused_at_us, RAM)                                                              \
    NUMBER(download.rate_bytes_per_s, RAM, 0, UINT32_MAX)                                          \
    NUMBER(download.offered_bytes, RAM, 0, UINT32_MAX)                                             \
    NUMBER(download.total_bytes, RAM, 0, UINT32_MAX)                                               \
    NUMBER(download.current_bytes, RAM, 0, UINT32_MAX)                                             \
    NUMBER(download.short_bytes, RAM, 0, UINT32_MAX)                                               \
    NUMBER(download.marked_bytes, RAM, 0, UINT32_MAX)                                              \
    NUMBER(download.job, RAM, 0, UINT16_MAX)                                                       \
    NUMBER(download.timeout_s, RAM, 0, UINT16_MAX)                                                 \
    NUMBER(download.status, RAM, 0, UINT16_MAX)                                                    \
    NUMBER(download.code, RAM, 0, UINT16_MAX)                                                      \
    NUMBER(download.forced_code, RAM, 0, UINT16_MAX)                                               \
    EMPTY(download.blob) /* a record of its own */                                                 \
    NUMBER(download.state, RAM, 0, SIM_DOWNLOAD_STATE_COUNT - 1)                                   \
    NUMBER(download.wanted, RAM, 0, 1)                                                             \
    NUMBER(download.ended, RAM, 0, 1)                                                              \
    NUMBER(download.full, RAM, 0, 1)                                                               \
    NUMBER(download.attempts_left, RAM, 0, 255)                                                    \
    NUMBER(download.shorten, RAM, 0, 1)                                                            \
    NUMBER(download.file, RAM, 0, SIM_FILES)                                                       \
    NUMBER(download.directory, RAM, 0, 255)                                                        \
    NUMBER(download.transfer, RAM, 0, SIM_TRANSFER_COUNT - 1)                                      \
    NUMBER(download.method, RAM, 0, SIM_HTTP_METHOD_COUNT - 1)                                     \
    TIME(download.settled_at_us, RAM)                                                              \
    NUMBER(download.from_bytes, RAM, 0, UINT32_MAX)                                                \
    NUMBER(download.lagging, RAM, 0, SIM_FILES)                                                    \
    NUMBER(download.follow, RAM, 0, SIM_FOLLOW_ALL)                                                \
    NUMBER(download.tofs_was, RAM, 0, 1)                                                           \
    NUMBER(download.networks, RAM, 0, 255)                                                         \
    NUMBER(download.tofs_current_bytes, RAM, 0, UINT32_MAX)                                        \
    NUMBER(download.tofs_total_bytes, RAM, 0, UINT32_MAX)                                          \
    NUMBER(download.written_blocks, RAM, 0, UINT16_MAX)                                            \
    TEXT(download.url, RAM)                                                                        \
    TEXT(download.path, RAM)                                                                       \
    /* updater */                                                                                  \
    TIME(updater.phase_at_us, RAM)                                                                 \
    NUMBER(updater.phase_us, RAM, 0, 4000000000000000)                                             \
    TEXT(updater.revision, FLASH)                                                                  \
    TEXT(updater.target, FLASH)                                                                    \
    NUMBER(updater.status, FLASH, 0, SIM_STATUS_CLEAN)                                             \
    NUMBER(updater.flag, FLASH, 0, 1)                                                              \
    NUMBER(updater.resume_phase, FLASH, 0, SIM_PHASE_RESTORE_AP)                                   \
    NUMBER(updater.resume_percent, FLASH, 0, 100)                                                  \
    NUMBER(updater.failing, FLASH, 0, 1)                                                           \
    NUMBER(updater.functionality_forced, FLASH, 0, 8)                                              \
    NUMBER(updater.going_on, RAM, 0, 1)                                                            \
    NUMBER(updater.phase, RAM, 0, SIM_PHASE_COUNT - 1)                                             \
    NUMBER(updater.percent, RAM, 0, 100)                                                           \
    NUMBER(updater.stage, RAM, 0, SIM_UPDATER_STAGE_COUNT - 1)                                     \
    NUMBER(updater.torn, RAM, 0, 1)                                                                \
    EMPTY(updater.reserved)                                                                        \
    /* IP services */                                                                              \
    NUMBERS(bearers.state, RAM, 0, 2)                                                              \
    NUMBER(bearers.opening, RAM, 0, 3)                                                             \
    NUMBER(bearers.changed, RAM, 0, UINT32_MAX)                                                    \
    NUMBER(ftp.offset_bytes, RAM, 0, UINT32_MAX)                                                   \
    NUMBER(ftp.file_bytes, RAM, 0, UINT32_MAX)                                                     \
    NUMBER(ftp.mode, RAM, 0, 5)                                                                    \
    NUMBER(ftp.file_error, RAM, 0, 255)                                                            \
    NUMBER(ftp.transfer, RAM, 0, SIM_TRANSFER_COUNT - 1)                                           \
    NUMBER(ftp.escaped, RAM, 0, 1)                                                                 \
    EMPTY(ftp.reserved)                                                                            \
    TIMES(sockets.due_at_us, RAM)                                                                  \
    NUMBERS(sockets.read_bytes, RAM, 0, UINT32_MAX)                                                \
    NUMBERS(sockets.sent_bytes, RAM, 0, UINT32_MAX)                                                \
    NUMBERS(sockets.total_bytes, RAM, 0, UINT32_MAX)                                               \
    NUMBERS(sockets.job, RAM, 0, UINT16_MAX)                                                       \
    NUMBERS(sockets.port, RAM, 0, UINT16_MAX)                                                      \
    NUMBERS(sockets.state, RAM, 0, SIM_SOCKET_STATE_COUNT - 1)                                     \
    NUMBERS(sockets.udp, RAM, 0, 1)                                                                \
    NUMBERS(sockets.wanted, RAM, 0, 1)                                                             \
    NUMBERS(sockets.notified, RAM, 0, 1)                                                           \
    NUMBERS(sockets.ended, RAM, 0, 1)                                                              \
    NUMBER(sockets.resolve_job, RAM, 0, UINT16_MAX)                                                \
    NUMBER(sockets.send_bytes, RAM, 0, UINT16_MAX)                                                 \
    NUMBER(sockets.ip, RAM, 0, SIM_IP_STATE_COUNT - 1)                                             \
    NUMBER(sockets.manual, RAM, 0, 1)                                                              \
    NUMBER(sockets.sending, RAM, 0, SIM_SOCKETS - 1)                                               \
    NUMBER(sockets.send_failed, RAM, 0, 1)                                                         \
    NUMBER(sockets.resolve_wanted, RAM, 0, 1)                                                      \
    NUMBER(sockets.resolving, RAM, 0, 1)                                                           \
    NUMBER(sockets.pings_left, RAM, 0, 500)                                                        \
    NUMBER(sockets.ping_number, RAM, 0, 500)                                                       \
    NUMBER(web.sh_from_bytes, RAM, 0, UINT32_MAX)                                                  \
    NUMBER(web.sh_left_bytes, RAM, 0, UINT32_MAX)                                                  \
    NUMBER(web.http_open, RAM, 0, 1)                                                               \
    NUMBER(web.http_method, RAM, 0, SIM_HTTP_METHOD_COUNT - 1)                                     \
    NUMBER(web.tls_order, RAM, 0, SIM_TLS_ORDER_COUNT - 1)                                         \
    NUMBER(web.upload_failed, RAM, 0, 1)                                                           \
    NUMBER(web.sh_state, RAM, 0, 2)                                                                \
    NUMBER(web.sh_method, RAM, 0, SIM_HTTP_METHOD_COUNT - 1)                                       \
    EMPTY(web.reserved)                                                                            \
    NUMBER(mqtt.state, RAM, 0, 2)                                                                  \
    NUMBER(mqtt.work, RAM, 0, 2)                                                                   \
    NUMBER(mqtt.failed, RAM, 0, 1)                                                                 \
    TIME(data_call.heard_at_us, RAM)                                                               \
    NUMBER(data_call.state, RAM, 0, 2)                                                             \
    NUMBER(data_call.pluses, RAM, 0, 3)                                                            \
    EMPTY(data_call.reserved)                                                                      \
    EMPTY(mqtt.reserved)                                                                           \
    /* short messages; they themselves are a file */                                               \
    TEXT(message.centre, FLASH)                                                                    \
    TEXT(message.destination, RAM)                                                                 \
    NUMBER(message.input_length, RAM, 0, SIM_LINE_SIZE)                                            \
    NUMBER(message.input, RAM, 0, SIM_INPUT_STORE)                                                 \
    NUMBER(message.input_size, RAM, 0, 255)                                                        \
    NUMBER(message.input_status, RAM, 0, SIM_STATUS_ALL)                                           \
    NUMBER(message.input_failed, RAM, 0, 1)                                                        \
    NUMBER(message.work, RAM, 0, SIM_MESSAGE_LIST)                                                 \
    NUMBER(message.slot, RAM, 0, SIM_MESSAGE_SLOTS)                                                \
    NUMBER(message.wanted, RAM, 0, SIM_STATUS_ALL)                                                 \
    NUMBER(message.reference, RAM, 0, 255)                                                         \
    NUMBER(message.report, RAM, 0, 1)                                                              \
    NUMBER(message.report_reference, RAM, 0, 255)                                                  \
    NUMBER(message.unacknowledged, RAM, 0, 1)                                                      \
    NUMBER(message.charset, RAM, 0, SIM_CHARSET_HEX)                                               \
    NUMBER(message.service, RAM, 0, 255)                                                           \
    NUMBERS(message.storage, RAM, 0, SIM_STORAGE_COUNT - 1)                                        \
    NUMBERS(message.indication, RAM, 0, 255)                                                       \
    NUMBERS(message.parameters, RAM, 0, 255)                                                       \
    NUMBER(message.long_reference, RAM, 0, 255)                                                    \
    EMPTY(message.reserved)                                                                        \
    EMPTY(timers_set) /* follows timer_at_us */                                                    \
    EMPTY(reserved)

/* The same of struct sim_usb, for modules that have USB ports; all of it is RAM. */
#define SIM_IMAGE_USB_FIELDS(NUMBER, EMPTY, EACH_NUMBER, EACH_TEXT, EACH_EMPTY)                    \
    NUMBER(asker, RAM, 0, SIM_INTERFACE_COUNT - 1)                                                 \
    NUMBER(span_count, RAM, 0, SIM_USB_SPANS)                                                      \
    NUMBER(head, RAM, 0, SIM_OUTPUT_SIZE)                                                          \
    NUMBER(end, RAM, 0, SIM_OUTPUT_SIZE)                                                           \
    EMPTY(reserved)                                                                                \
    EACH_NUMBER(spans, end, RAM, 0, SIM_OUTPUT_SIZE)                                               \
    EACH_NUMBER(spans, interfaces, RAM, 0, (1 << SIM_INTERFACE_COUNT) - 1)                         \
    EACH_EMPTY(spans, reserved)                                                                    \
    EACH_NUMBER(typed, length, RAM, 0, SIM_LINE_SIZE)                                              \
    EACH_NUMBER(typed, scan, RAM, 0, SIM_SCAN_LINE)                                                \
    EACH_NUMBER(typed, overflow, RAM, 0, 1)                                                        \
    EACH_NUMBER(typed, waiting, RAM, 0, 1)                                                         \
    EACH_EMPTY(typed, reserved)                                                                    \
    EACH_TEXT(typed, text, RAM)

/*
 * X(NAME, member, keep, kind, width, count): numbers whose places have names, `width` bytes each in
 * an image; one that a version adds is found by its own.
 */
#define SIM_IMAGE_ARRAYS(X)                                                                        \
    X(TIMER, timer_at_us, RAM, TIME, 8, SIM_TIMER_COUNT)                                           \
    X(SETTING, settings, RAM, NUMBER, 4, SIM_SETTING_COUNT)                                        \
    X(LIVE, live, RAM, NUMBER, 4, SIM_PARAMETER_COUNT)                                             \
    X(SAVED, saved, FLASH, NUMBER, 4, SIM_PARAMETER_COUNT)

#endif
