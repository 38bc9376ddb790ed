#!/bin/bash
# client.bash - a client of a shell: read -t, stty, sleep, date. What the supervisor is tried with.
exec 3<>"$FOTA_PORT" || exit 3
stty -F "$FOTA_PORT" raw -echo 115200

# await TEXT SECONDS: until a line that begins so; sets $line.
await() {
    local until=$(($(date +%s) + $2))
    while [ "$(date +%s)" -lt "$until" ]; do
        read -r -t 1 line <&3 || continue
        line=${line%$'\r'}
        case $line in
        "$1"*) return 0 ;;
        *ERROR*) return 1 ;;
        esac
    done
    return 1
}

command() {
    printf '%s\r' "$1" >&3
    await OK "$2"
}

synchronise() {
    for _ in $(seq 60); do
        command AT 1 && return 0
    done
    return 1
}

revision() {
    printf 'AT+GMR\r' >&3
    await Revision: 3 && revision=${line#Revision:}
    await OK 3
}

synchronise || exit 2
command ATE0 2
revision
[ "$revision" = "$FOTA_TO" ] && echo outcome already-current && exit 0
sleep 5
command AT+CNACT=1 30
await '+APP PDP: ACTIVE' 30
command "AT+HTTPTOFS=\"$FOTA_URL\",\"/fota/update.zip\"" 30 && await '+HTTPTOFS: 200' 600 || {
    echo outcome download-failed
    exit 1
}
command AT+CFOTA=1 10 || exit 1
await '+CFOTA: "Update succ' 600
sleep 20
synchronise || exit 2
command ATE0 2
command AT+CFOTA? 3
revision
command AT+CFOTA=0 3
command AT+CFSINIT 3
command 'AT+CFSDFILE=1,"update.zip"' 3
command AT+CFSTERM 3
[ "$revision" = "$FOTA_TO" ] && echo outcome updated && exit 0
echo outcome update-failed
exit 1
