package core

import (
	"slices"
	"strconv"

	"github.com/lifang/lifang/internal/problem"
)

// AdminRole is the position asked for when lf:empty="admin": the administrators of the house, whoever they are.
const AdminRole = "@admin"

// open puts a task at a token: its people, its deadline, the timers on its border. people are those who shall have it again
// after a direct return; nil lets the definition say.
func (r *run) open(t *Token, n *Node, people []int64) error {
	id, pool := t.ID, int64(0)
	var err error
	if len(people) == 0 {
		if people, pool, err = r.whoActs(n); err != nil {
			return err
		}
	}
	t = r.doc.token(id)
	if len(people) == 0 {
		return r.leaveWith(t, n, n.Task.toned("ok"))
	}
	if n.Task.due != nil {
		if err := r.deadline(t, n); err != nil {
			return err
		}
	}
	r.begin(t, n, people, pool)
	if t.Return != nil {
		return nil // it stands outside the flow: the events on its border would lead into the wrong branch
	}
	return r.bounds(t, n)
}

// whoActs gives the people of a step; 0 stands for somebody of the pool. Nobody means that the step is skipped.
func (r *run) whoActs(n *Node) (people []int64, pool int64, err error) {
	t := n.Task
	people, err = r.named(n)
	if err != nil {
		return nil, 0, err
	}
	if people, err = r.unselfish(t, people); err != nil {
		return nil, 0, err
	}
	if t.SkipSame && len(people) > 0 {
		people = slices.DeleteFunc(people, r.agreedAlready)
		if len(people) == 0 {
			return nil, 0, nil
		}
	}
	if len(people) == 0 && t.Role != "" {
		first, err := int64(1), error(nil)
		if t.Empty != "" {
			first, err = r.ask(Question{Kind: AskHolder, Role: t.Role, Level: 1})
		}
		if err != nil {
			return nil, 0, err
		}
		if first != 0 {
			if pool, err = r.ask(Question{Kind: AskPool, Role: t.Role}); err != nil {
				return nil, 0, err
			}
			people = []int64{0}
		}
	}
	if len(people) == 0 {
		switch t.Empty {
		case "skip":
			return nil, 0, nil
		case "admin":
			if pool, err = r.ask(Question{Kind: AskPool, Role: AdminRole}); err != nil {
				return nil, 0, err
			}
			people = []int64{0}
		default:
			return nil, 0, problem.New(422, "flow_assign", "此步骤没有处理人："+n.Zh, "Nobody is there to act: "+n.En)
		}
	}
	if m := n.Multi; m != nil && m.count != nil {
		return r.repeated(n, people, pool)
	}
	return people, pool, nil
}

// named gives the persons that lf:assign names; of a step of several people without it, the holders of its position.
func (r *run) named(n *Node) ([]int64, error) {
	t := n.Task
	var list []any
	switch {
	case t.assign != nil:
		v, err := r.eval(t.assign)
		if err != nil {
			return nil, problem.New(422, "flow_assign", "无法确定处理人："+n.Zh, "It cannot be determined who acts: "+n.En)
		}
		switch v := v.(type) {
		case []any:
			list = v
		case []string:
			for _, text := range v {
				list = append(list, text)
			}
		default:
			list = []any{v}
		}
	case n.Multi != nil && n.Multi.count == nil && t.Role != "":
		ids, err := r.each(Question{Kind: AskHolder, Role: t.Role}, maxPeople)
		return ids, err
	}
	var people []int64
	for _, v := range list {
		text, isText := v.(string)
		if isText && text == "" || v == nil {
			continue
		}
		who, err := strconv.ParseInt(text, 10, 64)
		if err != nil || who <= 0 {
			return nil, problem.New(422, "flow_assign", "处理人不是有效的人员："+n.Zh, "The assignee is not a person: "+n.En)
		}
		if !slices.Contains(people, who) {
			people = append(people, who)
		}
	}
	if len(people) > maxPeople {
		return nil, problem.New(422, "flow_assign", "处理人太多："+n.Zh, "Too many people are to act: "+n.En)
	}
	return people, nil
}

const maxPeople = 200 // in one round

// each asks a question at levels 1, 2 … until nobody is found; nobody is named twice.
func (r *run) each(q Question, most int) ([]int64, error) {
	var out []int64
	for q.Level = 1; q.Level <= most; q.Level++ {
		who, err := r.ask(q)
		if err != nil {
			return nil, err
		}
		if who == 0 {
			break
		}
		if !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out, nil
}

// unselfish puts the superior in the starter's place where nobody may decide on his own request.
func (r *run) unselfish(t *Task, people []int64) ([]int64, error) {
	i := slices.Index(people, r.doc.Starter)
	if t.Self || i < 0 || t.SkipSame {
		return people, nil
	}
	boss, err := r.ask(Question{Kind: AskLeader, Person: r.doc.Starter, Level: 1})
	if err != nil {
		return nil, err
	}
	people = slices.Clone(people)
	if boss == 0 || slices.Contains(people, boss) {
		return slices.Delete(people, i, i+1), nil
	}
	people[i] = boss
	return people, nil
}

// agreedAlready tells that a person asked for this himself or agreed to it at an earlier step.
func (r *run) agreedAlready(who int64) bool {
	return who == r.doc.Starter || slices.ContainsFunc(r.doc.Seen, func(v Visit) bool {
		n := r.def.nodes[v.Node]
		return v.Who == who && n.Task != nil && n.Task.tone(v.Outcome) != "bad"
	})
}

// repeated gives one seat for every number of a loopCardinality.
func (r *run) repeated(n *Node, people []int64, pool int64) ([]int64, int64, error) {
	v, err := r.eval(n.Multi.count)
	k, ok := size(v)
	if err != nil || !ok || k < 0 || k > maxPeople {
		return nil, 0, problem.New(422, "flow_count", "会签人数无法计算："+n.Zh, "The number of people cannot be computed: "+n.En)
	}
	out := make([]int64, k)
	for i := range out {
		out[i] = people[i%len(people)]
	}
	return out, pool, nil
}
