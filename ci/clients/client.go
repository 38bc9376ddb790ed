// client.go - a client in Go: a goroutine reads, channels and timers wait; a program that the
// supervisor is tried with. It knows nothing of fotarig but its environment.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

var port *os.File
var lines = make(chan string, 64)

func openPort(path string) {
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, path, err)
		os.Exit(3)
	}
	var mode syscall.Termios
	syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TCGETS, uintptr(unsafe.Pointer(&mode)))
	mode.Iflag &^= syscall.ICRNL | syscall.IXON
	mode.Oflag &^= syscall.OPOST
	mode.Lflag &^= syscall.ECHO | syscall.ICANON | syscall.ISIG | syscall.IEXTEN
	mode.Cflag = mode.Cflag&^0o010017 | syscall.B115200
	syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TCSETS, uintptr(unsafe.Pointer(&mode)))
	port = os.NewFile(uintptr(fd), path)
}

func read() {
	reader := bufio.NewReader(port)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			close(lines)
			return
		}
		if line = strings.TrimSpace(line); line != "" {
			lines <- line
		}
	}
}

// The next line that one of the words begins, or "" when the time is over.
func await(timeout time.Duration, words ...string) string {
	over := time.NewTimer(timeout)
	defer over.Stop()
	for {
		select {
		case line, open := <-lines:
			if !open {
				os.Exit(3)
			}
			for _, word := range append(words, "ERROR", "+CME ERROR") {
				if strings.HasPrefix(line, word) {
					return line
				}
			}
		case <-over.C:
			return ""
		}
	}
}

func command(text string, timeout time.Duration) bool {
	fmt.Fprintf(port, "%s\r", text)
	return await(timeout, "OK") == "OK"
}

func ask(text, head string) string {
	fmt.Fprintf(port, "%s\r", text)
	line := await(5*time.Second, head)
	await(5*time.Second, "OK")
	return strings.TrimSpace(strings.TrimPrefix(line, head))
}

func synchronise() {
	for !command("AT", time.Second) {
	}
	command("ATE0", time.Second)
}

func update() string {
	to := os.Getenv("FOTA_TO")
	synchronise()
	if ask("AT+GMR", "Revision:") == to {
		return "already-current"
	}
	time.Sleep(5 * time.Second)
	command("AT+CNACT=1", 30*time.Second)
	await(30*time.Second, "+APP PDP")
	request := fmt.Sprintf("AT+HTTPTOFS=\"%s\",\"/fota/update.zip\"", os.Getenv("FOTA_URL"))
	if !command(request, 30*time.Second) ||
		!strings.HasPrefix(await(10*time.Minute, "+HTTPTOFS:"), "+HTTPTOFS: 200") {
		return "download-failed"
	}
	command("AT+CFOTA=1", 10*time.Second)
	for !strings.Contains(await(40*time.Minute, "+CFOTA:"), "Update") {
	}
	time.Sleep(20 * time.Second)
	synchronise()
	ask("AT+CFOTA?", "+CFOTA:")
	revision := ask("AT+GMR", "Revision:")
	for _, text := range []string{"AT+CFOTA=0", "AT+CFSINIT", "AT+CFSDFILE=1,\"update.zip\"", "AT+CFSTERM"} {
		command(text, 5*time.Second)
	}
	if revision == to {
		return "updated"
	}
	return "update-failed"
}

func main() {
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM)
	openPort(os.Getenv("FOTA_PORT"))
	go read()
	fmt.Println("outcome", update())
}
