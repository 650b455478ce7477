package main

import (
	cryptorand "crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math/rand"
	"strconv"
	"strings"

	petname "github.com/dustinkirkland/golang-petname"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// systemSource feeds Go's generators from the system's randomness.
type systemSource struct{}

func (systemSource) Seed(int64)   {}
func (systemSource) Int63() int64 { return int64(systemSource{}.Uint64() >> 1) }
func (systemSource) Uint64() uint64 {
	var bytes [8]byte
	cryptorand.Read(bytes[:]) // never fails: it ends the process instead
	return binary.LittleEndian.Uint64(bytes[:])
}

// generator gives the same choices for the same seed as the official plugin; without one, the system's randomness.
func generator(seed string) *rand.Rand {
	if seed == "" {
		return rand.New(systemSource{})
	}
	return rand.New(rand.NewSource(int64(crc64.Checksum([]byte(seed), crc64.MakeTable(crc64.ISO)))))
}

func checkRange(values resource.PropertyMap) []problem {
	if known(values, "min", "max") && wholeNumber(values, "max") < wholeNumber(values, "min") {
		return []problem{{"min", fmt.Sprintf("min must not be larger than max, got: %d and %d",
			wholeNumber(values, "min"), wholeNumber(values, "max"))}}
	}
	return nil
}

func createInteger(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	least, most := wholeNumber(values, "min"), wholeNumber(values, "max")
	result := generator(textValue(values, "seed")).Intn(most+1-least) + least
	return strconv.Itoa(result), resource.PropertyMap{"result": resource.NewProperty(float64(result))}, nil
}

func adoptInteger(id string) (string, resource.PropertyMap, error) {
	parts := strings.Split(id, ",")
	if len(parts) != 3 && len(parts) != 4 {
		return "", nil, fmt.Errorf("the ID to import must be result,min,max or result,min,max,seed, got: %q", id)
	}
	state := resource.PropertyMap{}
	for index, key := range []resource.PropertyKey{"result", "min", "max"} {
		parsed, err := strconv.ParseInt(parts[index], 10, 64)
		if err != nil {
			return "", nil, fmt.Errorf("%s in the ID to import must be a whole number: %w", key, err)
		}
		state[key] = resource.NewProperty(float64(parsed))
	}
	if len(parts) == 4 {
		state["seed"] = resource.NewProperty(parts[3])
	}
	return parts[0], state, nil
}

func checkShuffle(values resource.PropertyMap) []problem {
	return atLeast(values, "resultCount", 0)
}

// createShuffle repeats whole permutations until there are as many results as wanted.
func createShuffle(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	inputs := values["inputs"].ArrayValue()
	wanted := wholeNumber(values, "resultCount")
	if wanted == 0 {
		wanted = len(inputs)
	}
	results := []resource.PropertyValue{}
	chance := generator(textValue(values, "seed"))
	for len(inputs) > 0 && len(results) < wanted {
		for _, index := range chance.Perm(len(inputs)) {
			if len(results) < wanted {
				results = append(results, inputs[index])
			}
		}
	}
	return "-", resource.PropertyMap{"results": resource.NewProperty(results)}, nil
}

func checkPet(values resource.PropertyMap) []problem {
	return atLeast(values, "length", 1)
}

// createPet answers the name as ID: a RandomPet has no other output.
func createPet(values resource.PropertyMap) (string, resource.PropertyMap, error) {
	separator := textValue(values, "separator")
	pet := strings.ToLower(petname.New(generator("")).Generate(wholeNumber(values, "length"), separator))
	if prefix := textValue(values, "prefix"); prefix != "" {
		pet = prefix + separator + pet
	}
	return pet, resource.PropertyMap{}, nil
}
