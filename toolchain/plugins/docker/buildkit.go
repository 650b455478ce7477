package main

import (
	"encoding/json"

	"google.golang.org/protobuf/encoding/protowire"
)

// traceID marks the notes in which BuildKit tells of its progress.
const traceID = "moby.buildkit.trace"

// traceLines are the words for people in one of BuildKit's notes: a base64 protobuf (moby.buildkit.v1.StatusResponse),
// of which only the steps' names and errors and their output are wanted.
func traceLines(note json.RawMessage) (lines []string, output []string) {
	var encoded []byte // encoding/json undoes the base64
	if json.Unmarshal(note, &encoded) != nil {
		return nil, nil
	}
	eachField(encoded, func(number protowire.Number, content []byte) {
		switch number {
		case 1: // a step: name 3, completed 6, error 7
			var name, failure string
			completed := false
			eachField(content, func(number protowire.Number, content []byte) {
				switch number {
				case 3:
					name = string(content)
				case 6:
					completed = true
				case 7:
					failure = string(content)
				}
			})
			if failure != "" {
				output = append(output, name+": "+failure)
			} else if !completed && name != "" {
				lines = append(lines, name)
			}
		case 3: // a piece of output: text 4
			eachField(content, func(number protowire.Number, content []byte) {
				if number == 4 {
					output = append(output, string(content))
				}
			})
		}
	})
	return lines, output
}

// eachField visits the length-delimited fields of a message; others hold no text.
func eachField(message []byte, visit func(protowire.Number, []byte)) {
	for len(message) > 0 {
		number, kind, length := protowire.ConsumeTag(message)
		if length < 0 {
			return
		}
		message = message[length:]
		if kind == protowire.BytesType {
			content, length := protowire.ConsumeBytes(message)
			if length < 0 {
				return
			}
			visit(number, content)
			message = message[length:]
			continue
		}
		if length = protowire.ConsumeFieldValue(number, kind, message); length < 0 {
			return
		}
		message = message[length:]
	}
}
