#!/usr/bin/env python3
"""A source of the `stream` protocol: events come in as lines of JSON, and leave memory when they are on disk.

    stream_client.py HOST:PORT SOURCE < events

A line is {"event": "EventRinging", "attributes": {...}}. It gets a number and the time, is held until it is
acknowledged, and is sent again after a reconnection. What a restart of this program forgets, its new stream tells.
"""
import json, os, select, socket, sys, time


def line(**said):
    return json.dumps(said).encode() + b"\n"


def main(address, source):
    host, port = address.rsplit(":", 1)
    started = time.time_ns() // 1000
    hello = {"protocol": 1, "source": source, "kind": "voice", "stream": f"{source}-{started}", "started": started}
    held, last, done = {}, 0, False  # number -> line; a dictionary keeps its order
    link, resumed, heard, typed = None, False, b"", b""
    while held or not done:
        try:
            if link is None:
                resumed, heard = False, b""
                link = socket.create_connection((host, int(port)), 10)
                link.sendall(line(hello=hello))
            inputs = [link] if done or not resumed else [link, sys.stdin]
            ready = select.select(inputs, [], [], 90)[0]
            if not ready:
                raise OSError("silence")
            if link in ready:
                block = link.recv(65536)
                *lines, heard = (heard + block).split(b"\n")
                for said in map(json.loads, lines):
                    if "error" in said:
                        raise OSError(said["error"])
                    if "ping" in said:
                        link.sendall(line(pong=said["ping"]))
                    upto = said.get("ack", said.get("resume_after", 0))
                    held = {number: text for number, text in held.items() if number > upto}
                    if "resume_after" in said:
                        resumed = True
                        link.sendall(b"".join(held.values()))
                if not block:
                    raise OSError("closed")
            if sys.stdin in ready:
                block = os.read(0, 65536)
                done = not block
                *lines, typed = (typed + block).split(b"\n")
                fresh = range(last + 1, last + 1 + len(lines))
                for last, event in zip(fresh, map(json.loads, lines)):
                    held[last] = line(seq=last, time=time.time_ns() // 1000, **event)
                link.sendall(b"".join(held[number] for number in fresh))
        except (OSError, ValueError) as error:
            print("connection lost:", error, file=sys.stderr)
            link = link and link.close()
            time.sleep(0.1)


main(*sys.argv[1:])
