module github.com/lifang/lifang

go 1.26.8

require (
	github.com/6tail/lunar-go v1.4.6 // indirect
	github.com/govalues/decimal v0.1.36 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
