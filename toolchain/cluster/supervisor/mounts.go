package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

type mount struct{ point, kind string }

// mounts lists what is mounted, in the order it was.
func mounts() []mount {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	var found []mount
	for line := range strings.Lines(string(text)) {
		before, after, _ := strings.Cut(line, " - ")
		fields, kinds := strings.Fields(before), strings.Fields(after)
		if len(fields) > 4 && len(kinds) > 0 {
			found = append(found, mount{point: unescape.Replace(fields[4]), kind: kinds[0]})
		}
	}
	return found
}

var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// unmountBelow takes away every mount in these folders, the last one first.
func unmountBelow(folders ...string) error {
	var problems []error
	found := mounts()
	slices.Reverse(found)
	for _, entry := range found {
		for _, folder := range folders {
			if folder == "" || (entry.point != folder && !strings.HasPrefix(entry.point, folder+"/")) {
				continue
			}
			if err := unix.Unmount(entry.point, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
				problems = append(problems, &os.PathError{Op: "unmount", Path: entry.point, Err: err})
			}
			break
		}
	}
	return errors.Join(problems...)
}
