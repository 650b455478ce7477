package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	archive "github.com/moby/go-archive"
	"github.com/moby/patternmatcher/ignorefile"
)

func defaultDockerfile(context string) string { return filepath.Join(context, "Dockerfile") }

// buildContext is a folder with its Dockerfile, as it goes to the engine.
type buildContext struct {
	folder     string
	dockerfile string // where it is
	relative   string // the same, counted from the context: how it is recorded
	inContext  string // its name in the archive
	outside    bool
	ignored    []string
}

// outsideName is what a Dockerfile from outside the context is called in the archive.
const outsideName = ".dockerfile.outside-of-context"

func openContext(build buildSpec) (*buildContext, error) {
	folder, err := filepath.Abs(build.context)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the build context %q is no folder (looked for %s)", build.context, folder)
	}
	dockerfile, err := filepath.Abs(build.dockerfile)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dockerfile); err != nil || !info.Mode().IsRegular() {
		hint := ""
		inside := filepath.Join(build.context, build.dockerfile)
		if _, err := os.Stat(inside); err == nil {
			hint = fmt.Sprintf("; it is counted from the program's folder, so write %q", inside)
		}
		return nil, fmt.Errorf("the Dockerfile %q is no file (looked for %s)%s", build.dockerfile, dockerfile, hint)
	}
	relative, err := filepath.Rel(folder, dockerfile)
	if err != nil {
		return nil, err
	}
	relative = filepath.ToSlash(relative)
	opened := &buildContext{folder: folder, dockerfile: dockerfile, relative: relative, inContext: relative}
	if relative == ".." || strings.HasPrefix(relative, "../") {
		opened.outside, opened.inContext = true, outsideName
	}
	if opened.ignored, err = ignorePatterns(folder, dockerfile); err != nil {
		return nil, err
	}
	if len(opened.ignored) > 0 && !opened.outside {
		// The engine needs both whatever the patterns say, and leaves them out of the image by itself.
		opened.ignored = append(opened.ignored, "!"+relative)
	}
	if len(opened.ignored) > 0 {
		opened.ignored = append(opened.ignored, "!.dockerignore")
	}
	return opened, nil
}

// ignorePatterns come from the file beside the Dockerfile that has its name, or from the context's.
func ignorePatterns(folder, dockerfile string) ([]string, error) {
	for _, path := range []string{dockerfile + ".dockerignore", filepath.Join(folder, ".dockerignore")} {
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		defer file.Close()
		patterns, err := ignorefile.ReadAll(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return patterns, nil
	}
	return nil, nil
}

// archive streams the context as the engine takes it: everything belongs to root.
func (c *buildContext) archive() (io.ReadCloser, error) {
	inside, err := archive.TarWithOptions(c.folder, &archive.TarOptions{
		ExcludePatterns: c.ignored, ChownOpts: &archive.ChownOpts{UID: 0, GID: 0},
	})
	if err != nil {
		return nil, fmt.Errorf("the build context %s: %w", c.folder, err)
	}
	if !c.outside {
		return inside, nil
	}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(c.withDockerfile(inside, writer)) }()
	return reader, nil
}

func (c *buildContext) withDockerfile(inside io.ReadCloser, to io.Writer) error {
	defer inside.Close()
	text, err := os.ReadFile(c.dockerfile)
	if err != nil {
		return err
	}
	from, out := tar.NewReader(inside), tar.NewWriter(to)
	header := &tar.Header{Name: outsideName, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg}
	if err := out.WriteHeader(header); err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	for {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			return out.Close()
		} else if err != nil {
			return err
		}
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		if _, err := io.Copy(out, from); err != nil {
			return err
		}
	}
}

// digest changes when the engine would see another context: names, contents, links and whether a file may be run.
// Times, owners and the rest of the mode are those of a checkout, not of the product, and do not count.
func (c *buildContext) digest() (string, error) {
	stream, err := c.archive()
	if err != nil {
		return "", err
	}
	defer stream.Close()
	sum := sha256.New()
	entries := tar.NewReader(stream)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(sum.Sum(nil)), nil
		} else if err != nil {
			return "", fmt.Errorf("reading the build context %s: %w", c.folder, err)
		}
		fmt.Fprintf(sum, "%q %c %q %v %d\n", header.Name, header.Typeflag, header.Linkname, header.Mode&0o100 != 0, header.Size)
		if _, err := io.Copy(sum, entries); err != nil {
			return "", fmt.Errorf("reading %s in the build context: %w", header.Name, err)
		}
	}
}
