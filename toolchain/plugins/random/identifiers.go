package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func randomBytes(count int) ([]byte, error) {
	bytes := make([]byte, count)
	if _, err := rand.Read(bytes); err != nil {
		return nil, fmt.Errorf("the system gave no randomness: %w", err)
	}
	return bytes, nil
}

// createBytes answers "none" as ID. The official plugin answers the value itself, which puts it in clear into the state.
func createBytes(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	bytes, err := randomBytes(wholeNumber(values, "length"))
	encoded := base64.StdEncoding.EncodeToString(bytes)
	return "none", resource.PropertyMap{
		"base64": resource.NewProperty(encoded), "hex": resource.NewProperty(hex.EncodeToString(bytes)),
	}, err
}

func adoptBytes(id string) (string, resource.PropertyMap, error) {
	bytes, err := base64.StdEncoding.DecodeString(id)
	if err != nil {
		return "", nil, fmt.Errorf("the ID to import must be the value in standard base64: %w", err)
	}
	return "none", resource.PropertyMap{
		"length": resource.NewProperty(float64(len(bytes))),
		"base64": resource.NewProperty(id), "hex": resource.NewProperty(hex.EncodeToString(bytes)),
	}, nil
}

func createID(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	bytes, err := randomBytes(wholeNumber(values, "byteLength"))
	return base64.RawURLEncoding.EncodeToString(bytes), encodings(bytes, textValue(values, "prefix")), err
}

func adoptID(given string) (string, resource.PropertyMap, error) {
	prefix, id := "", given
	if comma := strings.LastIndex(given, ","); comma >= 0 {
		prefix, id = given[:comma], given[comma+1:]
	}
	bytes, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return "", nil, fmt.Errorf("the ID to import must be b64Url, or prefix,b64Url: %w", err)
	}
	state := encodings(bytes, prefix)
	state["byteLength"] = resource.NewProperty(float64(len(bytes)))
	if prefix != "" {
		state["prefix"] = resource.NewProperty(prefix)
	}
	return id, state, nil
}

func encodings(bytes []byte, prefix string) resource.PropertyMap {
	return resource.PropertyMap{
		"b64Std": resource.NewProperty(prefix + base64.StdEncoding.EncodeToString(bytes)),
		"b64Url": resource.NewProperty(prefix + base64.RawURLEncoding.EncodeToString(bytes)),
		"hex":    resource.NewProperty(prefix + hex.EncodeToString(bytes)),
		"dec":    resource.NewProperty(prefix + new(big.Int).SetBytes(bytes).String()),
	}
}

func createUUID(resource.PropertyMap) (string, resource.PropertyMap, error) {
	return uuidState(uuid.NewRandom())
}

func createUUID7(resource.PropertyMap) (string, resource.PropertyMap, error) {
	return uuidState(uuid.NewV7())
}

func adoptUUID(id string) (string, resource.PropertyMap, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", nil, fmt.Errorf("the ID to import must be a UUID: %w", err)
	}
	return uuidState(parsed, nil)
}

func uuidState(made uuid.UUID, err error) (string, resource.PropertyMap, error) {
	return made.String(), resource.PropertyMap{"result": resource.NewProperty(made.String())}, err
}
